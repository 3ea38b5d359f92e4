import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { ToDesk } from '../layout/ToDesk'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { useNames } from '../names/useNames'
import { useRoles } from '../session/useRoles'
import { useDeskTime } from '../time/useDeskTime'
import { NewAnnouncement } from './NewAnnouncement'
import { inLanguage } from './words'

/** The announcements that the reader may see, drafts of their own party too (R87, R88). */
export function AnnouncementsPage({ desk }: { desk: string }) {
  const { t, i18n } = useTranslation()
  const roles = useRoles(desk)
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  const time = useDeskTime(about.data?.timeZone)
  const names = useNames(desk, [], [])
  const list = api.useQuery('get', '/v1/desks/{desk}/announcements', { params: { path: { desk }, query: { pageSize: 500 } } })
  useTitle(t('announcements.title'))
  const all = [...(list.data?.announcements ?? [])].sort((a, b) => (b.createTime ?? '').localeCompare(a.createTime ?? ''))
  return (
    <>
      <ToDesk desk={desk} />
      <h1>{t('announcements.title')}</h1>
      <p>
        <a href={`/board/${desk}`}>{t('desk.board')}</a>
      </p>
      {list.isPending && <Waiting />}
      {list.isError && <WentWrong error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && all.length === 0 && <p>{t('announcements.none')}</p>}
      {all.length > 0 && (
        <table className="table table--compact table-md-responsive-headers bavn-tickets">
          <caption className="sr-only">{t('announcements.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('announcements.name')}</th>
              <th scope="col">{t('announcements.state')}</th>
              <th scope="col">{t('announcements.kind')}</th>
              <th scope="col">{t('announcements.party')}</th>
              <th scope="col">{t('announcements.start')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.name}>
                <td data-title={t('announcements.name')}>
                  <Link to="/desks/$desk/announcements/$announcement" params={{ desk, announcement: lastPart(one.name) }}>
                    {inLanguage(one.titles, i18n.language) || lastPart(one.name)}
                  </Link>
                </td>
                <td data-title={t('announcements.state')}>{t(`announcements.${one.state ?? 'ANNOUNCEMENT_STATE_UNSPECIFIED'}`)}</td>
                <td data-title={t('announcements.kind')}>{t(`announcements.${one.kind ?? 'ANNOUNCEMENT_KIND_UNSPECIFIED'}`)}</td>
                <td data-title={t('announcements.party')}>{names(one.party)}</td>
                <td data-title={t('announcements.start')}>{time.full(one.startTime) || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {['agent', 'dispatcher', 'coordinator'].some((role) => roles.has(role)) && <NewAnnouncement desk={desk} />}
    </>
  )
}
