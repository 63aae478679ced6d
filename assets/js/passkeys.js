// A form that asks the browser for a passkey before it is sent: a new one (`make`) or the answer of a known one (`ask`).
const CANCELLED = 'Nothing came from your passkey. Try again, or use another way.'
const BROKEN = 'The service did not answer as it should. Load the page again, then try again.'

/** Makes the form fetch a challenge, hand it to the browser, and send what the browser answers. */
export function usePasskeys (form) {
  const told = form.querySelector('[data-passkey-fault]')
  if (!window.PublicKeyCredential) {
    tell(told, 'This browser has no passkeys. Use another way.')
    form.querySelector('button').disabled = true
    return
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    tell(told, '')
    try {
      const { ceremony, options } = await challenge(form)
      const publicKey = decoded(options.publicKey)
      const isNew = form.dataset.passkey === 'make'
      const credential = isNew
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey })
      form.elements.ceremony.value = ceremony
      form.elements.credential.value = JSON.stringify(encoded(credential))
      form.submit()
    } catch (fault) {
      tell(told, fault instanceof DOMException ? CANCELLED : BROKEN)
    }
  })
}

function tell (element, words) {
  element.textContent = words
  element.hidden = !words
}

async function challenge (form) {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value })
  const answer = await fetch(form.dataset.challenge, { method: 'POST', body })
  if (!answer.ok || !answer.headers.get('content-type').includes('json')) throw new Error(`${answer.status}`)
  return answer.json()
}

// The server writes bytes as base64url; the browser wants them as bytes, and back.
function bytes (text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (it) => it.charCodeAt(0))
}

function text (buffer) {
  if (!buffer) return undefined
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decoded (options) {
  const ids = (list) => list?.map((it) => ({ ...it, id: bytes(it.id) }))
  const user = options.user && { ...options.user, id: bytes(options.user.id) }
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(user && { user }),
    excludeCredentials: ids(options.excludeCredentials),
    allowCredentials: ids(options.allowCredentials)
  }
}

function encoded ({ id, rawId, type, response }) {
  return {
    id,
    rawId: text(rawId),
    type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle)
    }
  }
}
