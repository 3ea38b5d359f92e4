import { useTranslation } from 'react-i18next'
import type { CallDue } from '../api/client'
import { Alert } from '../layout/Alert'

/** Whom to phone about it (R7, R16); nothing where nobody has to be. */
export function CallsDue({ calls }: { calls: CallDue[] | undefined }) {
  const { t } = useTranslation()
  if (!calls?.length) return null
  return (
    <Alert kind="warning" heading={t('form.phone')}>
      {calls.map((call) => (
        <p key={call.contact}>
          {t(call.beforeRegistration ? 'form.phoneBefore' : 'form.phoneBeside', { who: call.displayName })}{' '}
          {call.phone && <a href={`tel:${call.phone}`}>{call.phone}</a>}
        </p>
      ))}
    </Alert>
  )
}
