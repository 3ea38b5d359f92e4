import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, type Desk } from '../api/client'
import { StatusBadge } from '../layout/StatusBadge'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { lastPart } from '../names/resourceName'
import { useNames } from '../names/useNames'
import { useDeskTime } from '../time/useDeskTime'

export function TicketList({ desk, about }: { desk: string; about: Desk | undefined }) {
  const { t } = useTranslation()
  const time = useDeskTime(about?.timeZone)
  const names = useNames(desk, [], [])
  const pages = api.useInfiniteQuery(
    'get',
    '/v1/desks/{desk}/tickets',
    { params: { path: { desk }, query: { pageSize: 50 } } },
    { pageParamName: 'pageToken', initialPageParam: '', getNextPageParam: (page) => page.nextPageToken || undefined },
  )
  if (pages.isPending) return <Waiting />
  if (pages.isError) return <WentWrong error={pages.error} retry={() => void pages.refetch()} />
  const tickets = pages.data.pages.flatMap((page) => page.tickets ?? [])
  if (tickets.length === 0) return <p>{t('desk.empty')}</p>
  return (
    <>
      <table className="table table--compact table-md-responsive-headers bavn-tickets">
        <caption className="sr-only">{t('desk.tickets')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('desk.number')}</th>
            <th scope="col">{t('desk.title')}</th>
            <th scope="col">{t('desk.status')}</th>
            <th scope="col">{t('desk.priority')}</th>
            <th scope="col">{t('desk.holder')}</th>
            <th scope="col">{t('desk.changed')}</th>
          </tr>
        </thead>
        <tbody>
          {tickets.map((ticket) => (
            <tr key={ticket.name}>
              <td data-title={t('desk.number')}>
                <Link
                  className="bavn-number"
                  to="/desks/$desk/tickets/$ticket"
                  params={{ desk, ticket: lastPart(ticket.name) }}
                >
                  {lastPart(ticket.name)}
                </Link>
              </td>
              <td data-title={t('desk.title')}>{ticket.title || '–'}</td>
              <td data-title={t('desk.status')}>
                <StatusBadge status={ticket.status} />
              </td>
              <td data-title={t('desk.priority')}>{ticket.priority || '–'}</td>
              <td data-title={t('desk.holder')}>{names(ticket.holderParty) || t('common.nobody')}</td>
              <td data-title={t('desk.changed')}>
                <time dateTime={ticket.updateTime}>{time.full(ticket.updateTime)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {pages.hasNextPage && (
        <button
          type="button"
          className="button button-secondary mt-5"
          disabled={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t('desk.more')}
        </button>
      )}
    </>
  )
}
