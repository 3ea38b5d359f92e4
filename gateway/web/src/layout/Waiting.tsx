import { useTranslation } from 'react-i18next'

export function Waiting() {
  const { t } = useTranslation()
  return (
    <div className="bavn-waiting">
      <div className="spinner" />
      <div className="spinner-status" role="status">
        {t('common.loading')}
      </div>
    </div>
  )
}
