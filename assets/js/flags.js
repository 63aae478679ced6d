// Says while somebody types what in the text looks like personal data. The server decides; this asks it.
const PAUSE_MS = 600

/** Posts the field's text to its `data-flags-url` and shows the answer in the `[data-flags]` beside it. */
export function flagWhileTyping (field) {
  const shown = field.parentElement.querySelector('[data-flags]')
  const csrf = field.form?.elements.namedItem('csrf')
  if (!shown || !csrf) return

  let timer
  let asked = new AbortController()
  let last = field.value

  async function ask () {
    const text = field.value
    if (text === last) return
    last = text
    asked.abort()
    asked = new AbortController()
    if (text.trim() === '') return show('')
    try {
      const answer = await fetch(field.dataset.flagsUrl, {
        method: 'POST',
        body: new URLSearchParams({ text, csrf: csrf.value }),
        redirect: 'error',
        signal: asked.signal
      })
      if (answer.ok) show(await answer.text())
    } catch {
      // Without an answer nothing is claimed; the server looks again when the form is sent.
    }
  }

  // A live region speaks on every change, so it changes only when the words do.
  function show (html) {
    if (shown.innerHTML.trim() !== html.trim()) shown.innerHTML = html
  }

  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE_MS)
  })
}
