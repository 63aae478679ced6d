// What scripts add to pages that work without them.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { Checkboxes } from 'govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs'
import { Radios } from 'govuk-frontend/dist/govuk/components/radios/radios.mjs'
import { SkipLink } from 'govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs'
import { countCharacters } from './js/count.js'
import { flagWhileTyping } from './js/flags.js'
import { usePasskeys } from './js/passkeys.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')

const kinds = [
  [Button, { preventDoubleClick: true }],
  [Checkboxes],
  [ErrorSummary],
  [NotificationBanner],
  [Radios],
  [SkipLink]
]
for (const [Kind, config] of kinds) {
  for (const element of document.querySelectorAll(`[data-module="${Kind.moduleName}"]`)) {
    try {
      new Kind(element, config)
    } catch (fault) {
      // One broken part leaves the others, and the page as it is without scripts.
      console.error(fault)
    }
  }
}

// A page that answers a form becomes one that can be asked for again: going back to it does not offer to send the form twice.
history.replaceState(history.state, '', location.href)

for (const button of document.querySelectorAll('[data-print]')) {
  button.addEventListener('click', () => window.print())
}

for (const group of document.querySelectorAll('[data-module="govuk-character-count"]')) {
  countCharacters(group)
}

for (const field of document.querySelectorAll('[data-flags-url]')) {
  flagWhileTyping(field)
}

for (const form of document.querySelectorAll('[data-passkey]')) {
  usePasskeys(form)
}
