import { useTranslation } from 'react-i18next'
import type { StatusClass, TicketStatus } from '../api/client'
import { classOf } from '../api/status'
import { Icon } from './Icon'

const looks: Record<StatusClass, { className: string; icon: string }> = {
  STATUS_CLASS_UNSPECIFIED: { className: '', icon: 'help' },
  STATUS_CLASS_OPEN: { className: 'badge-info', icon: 'construction' },
  STATUS_CLASS_WAITING: { className: 'badge-warning', icon: 'hourglass' },
  STATUS_CLASS_READY_TO_CLOSE: { className: 'badge-success', icon: 'check' },
  STATUS_CLASS_CLOSED: { className: 'bavn-badge-closed', icon: 'lock' },
}

/** The status with its class as colour and as picture, for those who do not see the one. */
export function StatusBadge({ status }: { status: TicketStatus | undefined }) {
  const { t } = useTranslation()
  const known = status ?? 'TICKET_STATUS_UNSPECIFIED'
  const look = looks[classOf[known]]
  return (
    <span className={`badge bavn-badge ${look.className}`}>
      <Icon name={look.icon} />
      {t(`status.${known}`)}
    </span>
  )
}
