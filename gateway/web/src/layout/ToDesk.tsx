import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { Icon } from './Icon'

/** The way back to the desk. */
export function ToDesk({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  return (
    <Link className="back-link" to="/desks/$desk" params={{ desk }}>
      <Icon name="arrow-back" />
      {about.data?.displayName ?? t('ticket.crumb')}
    </Link>
  )
}
