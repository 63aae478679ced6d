// How many characters are left, counted as the server counts them: Unicode characters, a line end as one.
// GOV.UK's own counts UTF-16 units or graphemes, which says "too long" where the server does not, or the reverse.
const PAUSE_MS = 1000

/** Keeps the message under a text area up to date: at once for eyes, after a pause for screen readers. */
export function countCharacters (group) {
  const field = group.querySelector('.govuk-js-character-count')
  const limit = group.querySelector('.govuk-character-count__message')
  const most = Number(group.dataset.maxlength)
  if (!field || !limit || !most) return

  const seen = document.createElement('div')
  seen.className = `${limit.className} govuk-character-count__status`
  seen.setAttribute('aria-hidden', 'true')
  const heard = document.createElement('div')
  heard.className = 'govuk-visually-hidden'
  heard.setAttribute('aria-live', 'polite')
  limit.classList.add('govuk-visually-hidden')
  limit.after(seen, heard)

  function words (left) {
    const number = Math.abs(left).toLocaleString('en-GB')
    const characters = Math.abs(left) === 1 ? 'character' : 'characters'
    return `You have ${number} ${characters} ${left < 0 ? 'too many' : 'remaining'}`
  }

  let timer
  function count () {
    const left = most - [...field.value.normalize('NFC')].length
    const isOver = left < 0
    seen.textContent = words(left)
    seen.classList.toggle('govuk-hint', !isOver)
    seen.classList.toggle('govuk-error-message', isOver)
    field.classList.toggle('govuk-textarea--error', isOver || group.classList.contains('govuk-form-group--error'))
    clearTimeout(timer)
    timer = setTimeout(() => { heard.textContent = seen.textContent }, PAUSE_MS)
  }

  field.addEventListener('input', count)
  // A page from the browser's history comes with its text.
  window.addEventListener('pageshow', count)
  count()
}
