import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { DeskLinks } from './DeskLinks'
import { TicketList } from './TicketList'
import { TicketSearch } from './TicketSearch'

export function DeskPage({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  useTitle(about.data?.displayName ?? desk)
  if (about.isPending) return <Waiting />
  if (about.isError) {
    return (
      <>
        <h1>{desk}</h1>
        <WentWrong error={about.error} retry={() => void about.refetch()} />
        <DeskLinks desk={desk} /> {/* who has no part in a desk may still report there */}
      </>
    )
  }
  return (
    <>
      <h1>{about.data.displayName}</h1>
      <DeskLinks desk={desk} />
      <TicketSearch desk={desk} />
      <h2>{t('desk.tickets')}</h2>
      <p className="bavn-quiet">{t('desk.ticketsLead')}</p>
      <TicketList desk={desk} about={about.data} />
    </>
  )
}
