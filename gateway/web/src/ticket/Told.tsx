import { useTranslation } from 'react-i18next'
import { api, type Ticket } from '../api/client'
import { problemOf } from '../api/problem'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useNames } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'

/** The messages about the ticket, from notify's ledger. */
export function Told({ desk, ticket, time }: { desk: string; ticket: Ticket; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  const told = api.useQuery('get', '/v1/desks/{desk}/notifications', {
    params: { path: { desk }, query: { ticket: ticket.name ?? '', pageSize: 100 } },
  })
  const names = useNames(desk, [], told.data?.notifications?.map((message) => message.recipient ?? '') ?? [])
  // Whoever has no part in the desk and was told nothing yet is answered as if there were no such desk.
  const nothing = told.isError ? problemOf(told.error).reason === 'NOT_FOUND' : !told.data?.notifications?.length
  // A desk's own profile may name messages that we have no word for.
  const about = (template = '') =>
    i18n.exists(`template.${template}`) ? i18n.t(`template.${template}` as 'template.held') : template.replaceAll('_', ' ')
  return (
    <section aria-labelledby="told">
      <h2 id="told">{t('told.title')}</h2>
      {told.isPending && <Waiting />}
      {told.isError && !nothing && <WentWrong error={told.error} retry={() => void told.refetch()} />}
      {!told.isPending && nothing && <p>{t('told.empty')}</p>}
      <ul className="bavn-told nobullet-list no-max-width">
        {told.data?.notifications?.map((message) => (
          <li key={message.name}>
            <strong>{names(message.recipient)}</strong>
            <span>{about(message.template)}</span>
            <span className="bavn-quiet">
              {t(`told.${message.delivery ?? 'DELIVERY_UNSPECIFIED'}`)} · {t(`told.${message.medium ?? 'MEDIUM_UNSPECIFIED'}`)}
              {message.reason && ` (${message.reason})`} ·{' '}
              <time dateTime={message.settleTime ?? message.createTime}>{time.full(message.settleTime ?? message.createTime)}</time>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
