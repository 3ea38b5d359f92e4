import { useTranslation } from 'react-i18next'
import type { Ticket } from '../api/client'
import type { Names } from '../names/useNames'

/** Holder, assignee and owner are three things (R59). */
export function WhoHasIt({ ticket, names }: { ticket: Ticket; names: Names }) {
  const { t } = useTranslation()
  return (
    <section className="bavn-card" aria-labelledby="who">
      <h2 id="who">{t('ticket.who')}</h2>
      <p className="bavn-holder">{names(ticket.holderParty) || t('common.nobody')}</p>
      <dl className="bavn-facts">
        <dt>{t('ticket.group')}</dt>
        <dd>{names(ticket.holderGroup) || t('ticket.queue')}</dd>
        <dt>{t('ticket.assignee')}</dt>
        <dd>{names(ticket.assignee) || t('common.nobody')}</dd>
        <dt>{t('ticket.ownerParty')}</dt>
        <dd>{names(ticket.ownerParty) || t('common.nobody')}</dd>
        <dt>{t('ticket.owner')}</dt>
        <dd>{names(ticket.owner) || t('common.nobody')}</dd>
      </dl>
    </section>
  )
}
