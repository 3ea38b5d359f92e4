import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../layout/Icon'

/** The id under which any tracing tool shows the whole journey. */
export function Trace({ id }: { id: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  if (!id) return null
  return (
    <section aria-labelledby="trace">
      <h2 id="trace">{t('ticket.trace')}</h2>
      <p>{t('ticket.traceHint')}</p>
      <p>
        <code className="bavn-code">{id}</code>
      </p>
      <button
        type="button"
        className="function-link"
        onClick={() => {
          void navigator.clipboard.writeText(id).then(() => setCopied(true))
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} />
        <span aria-live="polite">{t(copied ? 'ticket.copied' : 'ticket.copy')}</span>
      </button>
    </section>
  )
}
