import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { DeskPage } from './DeskPage'

/** The reader's desks; whoever has only one is there at once. */
export function StartPage() {
  const { t } = useTranslation()
  const desks = api.useQuery('get', '/v1/desks', { params: { query: { pageSize: 500 } } })
  const list = desks.data?.desks ?? []
  const only = list.length === 1 ? list[0] : undefined
  useTitle(only?.displayName ?? t('start.title'))
  if (desks.isPending) return <Waiting />
  if (desks.isError) return <WentWrong error={desks.error} retry={() => void desks.refetch()} />
  if (only) return <DeskPage desk={lastPart(only.name)} />
  return (
    <>
      <h1>{t('start.title')}</h1>
      <p className="font-lead">{list.length > 0 ? t('start.lead') : t('start.noDesks')}</p>
      <ul className="bavn-desks nobullet-list no-max-width">
        {list.map((desk) => (
          <li key={desk.name}>
            <Link className="bavn-desk" to="/desks/$desk" params={{ desk: lastPart(desk.name) }}>
              <span className="bavn-desk-name">{desk.displayName}</span>
              <span className="bavn-quiet">{lastPart(desk.name)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
