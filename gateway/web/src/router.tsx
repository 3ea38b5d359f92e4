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
const report = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/report',
  component: lazyRouteComponent(() => import('./report/route'), 'Report'),
})

const reportForm = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/report/$form',
  component: lazyRouteComponent(() => import('./report/route'), 'Report'),
})

const phone = createRoute({
  getParentRoute: () => root,
  path: '/desks/$desk/phone',
  component: lazyRouteComponent(() => import('./phone/route'), 'Phone'),
})

export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([start, desk, ticket, report, reportForm, phone]),
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
