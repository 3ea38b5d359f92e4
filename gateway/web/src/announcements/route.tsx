import { useParams } from '@tanstack/react-router'
import { AnnouncementPage } from './AnnouncementPage'
import { AnnouncementsPage } from './AnnouncementsPage'

export function Announcements() {
  const { desk = '', announcement } = useParams({ strict: false })
  return announcement ? <AnnouncementPage desk={desk} id={announcement} key={announcement} /> : <AnnouncementsPage desk={desk} />
}
