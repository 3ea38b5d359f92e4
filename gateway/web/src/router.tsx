import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { DeskPage } from './desk/DeskPage'
import { StartPage } from './desk/StartPage'
import { NotFound } from './layout/NotFound'
import { Shell } from './layout/Shell'
import { TicketPage } from './ticket/TicketPage'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const start = createRoute({ getParentRoute: () => root, path: '/', component: StartPage })

const desk = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk',
  component: function Desk() {
    const { desk: id } = desk.useParams()
    return <DeskPage desk={id} />
  },
})

const ticket = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/tickets/$ticket',
  component: function Ticket() {
    const { desk: id, ticket: number } = ticket.useParams()
    return <TicketPage desk={id} number={number} key={`${id}/${number}`} />
  },
})

// What few open is fetched when it is opened.
const reportPage = lazyRouteComponent(() => import('./report/route'), 'Report')
const report = createRoute({ getParentRoute: () => root, path: '/desks/$desk/report', component: reportPage })
const reportForm = createRoute({ getParentRoute: () => root, path: '/desks/$desk/report/$form', component: reportPage })

const phone = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/phone',
  component: lazyRouteComponent(() => import('./phone/route'), 'Phone'),
})

const inboundPage = lazyRouteComponent(() => import('./inbound/route'), 'Inbound')
const inbound = createRoute({ getParentRoute: () => root, path: '/desks/$desk/inbound', component: inboundPage })
const inboundItem = createRoute({ getParentRoute: () => root, path: '/desks/$desk/inbound/$item', component: inboundPage })

const announcementPage = lazyRouteComponent(() => import('./announcements/route'), 'Announcements')
const announcements = createRoute({ getParentRoute: () => root, path: '/desks/$desk/announcements', component: announcementPage })
const announcement = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/announcements/$announcement',
  component: announcementPage,
})

export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([
      start,
      desk,
      ticket,
      report,
      reportForm,
      phone,
      inbound,
      inboundItem,
      announcements,
      announcement,
    ]),
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
