import { useTranslation } from 'react-i18next'
import type { Ticket } from '../api/client'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'

export function Facts({ ticket, names, time }: { ticket: Ticket; names: Names; time: DeskTime }) {
  const { t } = useTranslation()
  const { reporter, affectedUser, externalIds = [], labels = {}, reopenCount = 0 } = ticket
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t('ticket.facts')}</h2>
      <dl className="bavn-facts">
        <dt>{t('ticket.reporter')}</dt>
        <dd>{names(reporter) || t('common.unknown')}</dd>
        {affectedUser && affectedUser !== reporter && (
          <>
            <dt>{t('ticket.affected')}</dt>
            <dd>{names(affectedUser)}</dd>
          </>
        )}
        <dt>{t('ticket.channel')}</dt>
        <dd>{t(`channel.${ticket.channel ?? 'CHANNEL_UNSPECIFIED'}`)}</dd>
        <dt>{t('ticket.submitted')}</dt>
        <dd>
          <time dateTime={ticket.submitTime}>{time.full(ticket.submitTime)}</time>
        </dd>
        <dt>{t('ticket.updated')}</dt>
        <dd>
          <time dateTime={ticket.updateTime}>{time.full(ticket.updateTime)}</time>
        </dd>
        {reopenCount > 0 && (
          <>
            <dt>{t('ticket.reopened')}</dt>
            <dd>{t('ticket.times', { count: reopenCount })}</dd>
          </>
        )}
        {externalIds.length > 0 && (
          <>
            <dt>{t('ticket.external')}</dt>
            <dd>{externalIds.map(({ system, id }) => `${system} ${id}`).join(', ')}</dd>
          </>
        )}
        {Object.entries(labels).map(([label, value]) => (
          <div className="bavn-facts-pair" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
