import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useTitle } from './useTitle'

export function NotFound() {
  const { t } = useTranslation()
  useTitle(t('notFound.title'))
  return (
    <section className="bavn-narrow">
      <h1>{t('notFound.title')}</h1>
      <p className="font-lead">{t('notFound.text')}</p>
      <Link className="function-link" to="/">
        {t('common.toStart')}
      </Link>
    </section>
  )
}
