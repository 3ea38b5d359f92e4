import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { Field } from '../form/Field'
import { ToDesk } from '../layout/ToDesk'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { useDeskTime } from '../time/useDeskTime'
import { type Outcome, outcomes } from './outcomes'

/** Everything that came in without a caller, and what became of it: first of all what waits for a person to look at it. */
export function InboundPage({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const [outcome, setOutcome] = useState<Outcome | ''>('INBOUND_OUTCOME_QUARANTINED')
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  const time = useDeskTime(about.data?.timeZone)
  const pages = api.useInfiniteQuery(
    'get',
    '/v1/desks/{desk}/inboundItems',
    { params: { path: { desk }, query: { pageSize: 50, ...(outcome ? { outcome } : {}) } } },
    {
      pageParamName: 'pageToken',
      initialPageParam: '',
      getNextPageParam: (page) => page.nextPageToken || undefined,
      refetchInterval: 15_000, // agents see what waits within a minute
    },
  )
  useTitle(t('inbound.title'))
  const items = pages.data?.pages.flatMap((page) => page.inboundItems ?? []) ?? []
  return (
    <>
      <ToDesk desk={desk} />
      <h1>{t('inbound.title')}</h1>
      <p className="font-lead">{t('inbound.lead')}</p>
      <Field label={t('inbound.outcome')}>
        {(input) => (
          <select {...input} className="form-select" value={outcome} onChange={(event) => setOutcome(event.target.value as Outcome | '')}>
            <option value="">{t('inbound.all')}</option>
            {outcomes.map((one) => (
              <option key={one} value={one}>
                {t(`inbound.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {pages.isPending && <Waiting />}
      {pages.isError && <WentWrong error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && items.length === 0 && <p>{t('inbound.none')}</p>}
      {items.length > 0 && (
        <table className="table table--compact table-md-responsive-headers bavn-tickets">
          <caption className="sr-only">{t('inbound.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('inbound.subject')}</th>
              <th scope="col">{t('inbound.sender')}</th>
              <th scope="col">{t('inbound.source')}</th>
              <th scope="col">{t('inbound.received')}</th>
              <th scope="col">{t('inbound.outcome')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.name}>
                <td data-title={t('inbound.subject')}>
                  <Link to="/desks/$desk/inbound/$item" params={{ desk, item: lastPart(item.name) }}>
                    {item.subject || t('inbound.noSubject')}
                  </Link>
                </td>
                <td data-title={t('inbound.sender')}>{item.sender || t('common.unknown')}</td>
                <td data-title={t('inbound.source')}>{item.source}</td>
                <td data-title={t('inbound.received')}>
                  <time dateTime={item.receiveTime}>{time.full(item.receiveTime)}</time>
                </td>
                <td data-title={t('inbound.outcome')}>
                  {t(`inbound.${item.outcome ?? 'INBOUND_OUTCOME_UNSPECIFIED'}`)}
                  {item.reason && ` (${item.reason})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pages.hasNextPage && (
        <button type="button" className="button button-secondary mt-5" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('inbound.more')}
        </button>
      )}
    </>
  )
}
