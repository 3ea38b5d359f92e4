import { Link } from '@tanstack/react-router'
import type { Ticket } from '../api/client'
import { StatusBadge } from '../layout/StatusBadge'
import { lastPart } from '../names/resourceName'

export function ShortTickets({ desk, tickets }: { desk: string; tickets: Ticket[] }) {
  return (
    <ul className="nobullet-list bavn-short-tickets">
      {tickets.map((ticket) => (
        <li key={ticket.name}>
          <Link className="bavn-number" to="/desks/$desk/tickets/$ticket" params={{ desk, ticket: lastPart(ticket.name) }}>
            {lastPart(ticket.name)}
          </Link>{' '}
          {ticket.title} <StatusBadge status={ticket.status} />
        </li>
      ))}
    </ul>
  )
}
