import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, type Announcement } from '../api/client'
import { useRequestId } from '../api/useRequestId'
import { Refused } from '../form/Refused'
import { Alert } from '../layout/Alert'
import { Icon } from '../layout/Icon'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { useNames } from '../names/useNames'
import { useDeskTime } from '../time/useDeskTime'
import { EditAnnouncement } from './EditAnnouncement'
import { inLanguage } from './words'

/** An announcement, and what can be done with it. */
export function AnnouncementPage({ desk, id }: { desk: string; id: string }) {
  const { t, i18n } = useTranslation()
  const one = api.useQuery('get', '/v1/desks/{desk}/announcements/{announcement}', { params: { path: { desk, announcement: id } } })
  const title = inLanguage(one.data?.titles, i18n.language) || id
  useTitle(title)
  return (
    <>
      <Link className="back-link" to="/desks/$desk/announcements" params={{ desk }}>
        <Icon name="arrow-back" />
        {t('announcements.title')}
      </Link>
      <h1>{title}</h1>
      {one.isPending && <Waiting />}
      {one.isError && <WentWrong error={one.error} retry={() => void one.refetch()} />}
      {one.data && (
        <>
          <Said desk={desk} announcement={one.data} />
          <Steps desk={desk} announcement={one.data} done={() => void one.refetch()} />
          {['ANNOUNCEMENT_STATE_DRAFT', 'ANNOUNCEMENT_STATE_APPROVED', 'ANNOUNCEMENT_STATE_PUBLISHED'].includes(one.data.state ?? '') && (
            <EditAnnouncement desk={desk} announcement={one.data} done={() => void one.refetch()} key={one.data.etag} />
          )}
        </>
      )}
    </>
  )
}

function Said({ desk, announcement }: { desk: string; announcement: Announcement }) {
  const { t, i18n } = useTranslation()
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  const time = useDeskTime(about.data?.timeZone)
  const names = useNames(desk, [], [announcement.approver ?? ''])
  const facts = [
    ['state', t(`announcements.${announcement.state ?? 'ANNOUNCEMENT_STATE_UNSPECIFIED'}`)],
    ['kind', t(`announcements.${announcement.kind ?? 'ANNOUNCEMENT_KIND_UNSPECIFIED'}`)],
    ['party', names(announcement.party)],
    ['start', time.full(announcement.startTime)],
    ['end', time.full(announcement.endTime)],
    ['asked', time.full(announcement.approvalRequestTime)],
    ['approver', names(announcement.approver)],
  ] as const
  return (
    <>
      {announcement.unapproved && <Alert kind="info">{t('announcements.unapproved')}</Alert>}
      <p className="bavn-text">{inLanguage(announcement.bodies, i18n.language)}</p>
      <dl className="bavn-facts">
        {facts.map(
          ([fact, said]) =>
            said && (
              <div className="bavn-facts-pair" key={fact}>
                <dt>{t(`announcements.${fact}`)}</dt>
                <dd>{said}</dd>
              </div>
            ),
        )}
        {announcement.ticket && (
          <div className="bavn-facts-pair">
            <dt>{t('announcements.ticket')}</dt>
            <dd>
              <Link to="/desks/$desk/tickets/$ticket" params={{ desk, ticket: lastPart(announcement.ticket) }}>
                {lastPart(announcement.ticket)}
              </Link>
            </dd>
          </div>
        )}
      </dl>
    </>
  )
}

type Step = 'requestApproval' | 'approve' | 'publish' | 'complete' | 'withdraw'

/** What each state leads to. Who may do it, and when, the service says. */
const steps: Partial<Record<NonNullable<Announcement['state']>, Step[]>> = {
  ANNOUNCEMENT_STATE_DRAFT: ['requestApproval', 'approve', 'publish', 'withdraw'],
  ANNOUNCEMENT_STATE_APPROVED: ['publish', 'withdraw'],
  ANNOUNCEMENT_STATE_PUBLISHED: ['complete', 'withdraw'],
}

function Steps({ desk, announcement, done }: { desk: string; announcement: Announcement; done: () => void }) {
  const { t } = useTranslation()
  const ids = useRequestId()
  const after = { onSuccess: done }
  const take = {
    requestApproval: api.useMutation('post', '/v1/desks/{desk}/announcements/{announcement}:requestApproval', after),
    approve: api.useMutation('post', '/v1/desks/{desk}/announcements/{announcement}:approve', after),
    publish: api.useMutation('post', '/v1/desks/{desk}/announcements/{announcement}:publish', after),
    complete: api.useMutation('post', '/v1/desks/{desk}/announcements/{announcement}:complete', after),
    withdraw: api.useMutation('post', '/v1/desks/{desk}/announcements/{announcement}:withdraw', after),
  }
  const all = Object.values(take)
  const busy = all.some(({ isPending }) => isPending)
  const refused = all.find(({ isError }) => isError)
  const possible = steps[announcement.state ?? 'ANNOUNCEMENT_STATE_UNSPECIFIED'] ?? []
  const etag = announcement.etag ?? ''

  function go(step: Step) {
    for (const one of all) one.reset()
    take[step].mutate({
      params: { path: { desk, announcement: lastPart(announcement.name) } },
      body: { etag, requestId: ids.of([step, announcement.name, etag]) },
    })
  }

  return (
    <>
      {refused && <Refused error={refused.error} />}
      <div className="bavn-buttons">
        {possible.map((step, i) => (
          <button key={step} type="button" className={`button ${i === 0 ? 'button-primary' : 'button-secondary'}`} disabled={busy} onClick={() => go(step)}>
            {t(`announcements.${step}`)}
          </button>
        ))}
      </div>
    </>
  )
}
