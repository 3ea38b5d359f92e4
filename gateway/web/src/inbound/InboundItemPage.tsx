import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, type InboundItem } from '../api/client'
import { useRequestId } from '../api/useRequestId'
import { Refused } from '../form/Refused'
import { Icon } from '../layout/Icon'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { fileSize } from '../ticket/fileSize'
import { useDeskTime } from '../time/useDeskTime'
import { readHead } from './head'

/** One thing that came in: what it was, its original, and what a person decides about it. */
export function InboundItemPage({ desk, item }: { desk: string; item: string }) {
  const { t } = useTranslation()
  const path = { desk, inboundItem: item }
  const one = api.useQuery('get', '/v1/desks/{desk}/inboundItems/{inboundItem}', { params: { path } })
  useTitle(one.data?.subject || t('inbound.title'))
  return (
    <>
      <Link className="back-link" to="/desks/$desk/inbound" params={{ desk }}>
        <Icon name="arrow-back" />
        {t('inbound.title')}
      </Link>
      <h1>{one.data?.subject || t('inbound.noSubject')}</h1>
      {one.isPending && <Waiting />}
      {one.isError && <WentWrong error={one.error} retry={() => void one.refetch()} />}
      {one.data && (
        <>
          <Decide desk={desk} item={one.data} />
          <InboundFacts desk={desk} item={one.data} />
          <Original desk={desk} item={one.data} />
        </>
      )}
    </>
  )
}

function Decide({ desk, item }: { desk: string; item: InboundItem }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const ids = useRequestId()
  const decided = { onSuccess: () => void queries.invalidateQueries() }
  const release = api.useMutation('post', '/v1/desks/{desk}/inboundItems/{inboundItem}:release', decided)
  const dismiss = api.useMutation('post', '/v1/desks/{desk}/inboundItems/{inboundItem}:dismiss', decided)
  const params = { path: { desk, inboundItem: lastPart(item.name) } }
  const error = release.error ?? dismiss.error
  const busy = release.isPending || dismiss.isPending
  return (
    <div role="status">
      {error && <Refused error={error} />}
      {(release.isSuccess || dismiss.isSuccess) && <p>{t(release.isSuccess ? 'inbound.released' : 'inbound.dismissed')}</p>}
      {item.outcome === 'INBOUND_OUTCOME_QUARANTINED' && (
        <>
          <p>{t('inbound.decide')}</p>
          <div className="bavn-buttons">
            <button
              type="button"
              className="button button-primary"
              disabled={busy}
              onClick={() => release.mutate({ params, body: { requestId: ids.of(['release', item.name]) } })}
            >
              {t('inbound.release')}
            </button>
            <button
              type="button"
              className="button button-secondary"
              disabled={busy}
              onClick={() => dismiss.mutate({ params, body: { requestId: ids.of(['dismiss', item.name]) } })}
            >
              {t('inbound.dismiss')}
            </button>
          </div>
        </>
      )}
    </div>
  )
}

function InboundFacts({ desk, item }: { desk: string; item: InboundItem }) {
  const { t } = useTranslation()
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  const time = useDeskTime(about.data?.timeZone)
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t('ticket.facts')}</h2>
      <dl className="bavn-facts">
        <dt>{t('inbound.sender')}</dt>
        <dd>{item.sender || t('common.unknown')}</dd>
        <dt>{t('inbound.source')}</dt>
        <dd>{item.source}</dd>
        <dt>{t('inbound.received')}</dt>
        <dd>
          <time dateTime={item.receiveTime}>{time.full(item.receiveTime)}</time>
        </dd>
        <dt>{t('inbound.outcome')}</dt>
        <dd>
          {t(`inbound.${item.outcome ?? 'INBOUND_OUTCOME_UNSPECIFIED'}`)}
          {item.reason && ` (${item.reason})`}
        </dd>
        {item.ticket && (
          <>
            <dt>{t('inbound.ticket')}</dt>
            <dd>
              <Link to="/desks/$desk/tickets/$ticket" params={{ desk, ticket: lastPart(item.ticket) }}>
                {lastPart(item.ticket)}
              </Link>
            </dd>
          </>
        )}
        {item.duplicateOf && (
          <>
            <dt>{t('inbound.duplicateOf')}</dt>
            <dd>
              <Link to="/desks/$desk/inbound/$item" params={{ desk, item: lastPart(item.duplicateOf) }}>
                {lastPart(item.duplicateOf)}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

/** The original is text here, and a file that is fetched: what a stranger sent is never shown as what it claims to be. */
function Original({ desk, item }: { desk: string; item: InboundItem }) {
  const { t, i18n } = useTranslation()
  const address = `/v1/desks/${desk}/inboundItems/${lastPart(item.name)}/original`
  const head = useQuery({ queryKey: ['head', address], queryFn: () => readHead(address), enabled: !item.eraseTime, retry: false })
  return (
    <section aria-labelledby="original" className="bavn-original">
      <h2 id="original">{t('inbound.original')}</h2>
      {item.eraseTime ? (
        <p>{t('inbound.erased')}</p>
      ) : (
        <>
          {head.isPending && <Waiting />}
          {head.isError && <WentWrong error={head.error} retry={() => void head.refetch()} />}
          {head.data && (
            <pre tabIndex={0} aria-label={t('inbound.head')} className="bavn-head">
              {head.data}
            </pre>
          )}
          <p>
            <a className="function-link" href={address} download={`${lastPart(item.name)}.${item.mediaType === 'message/rfc822' ? 'eml' : 'txt'}`}>
              <Icon name="download" />
              {t('inbound.fetch', { size: fileSize(Number(item.originalSize ?? 0), i18n.language) })}
            </a>
          </p>
        </>
      )}
    </section>
  )
}
