import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Journey, type Ticket } from '../api/client'
import { Icon } from '../layout/Icon'
import { JourneySection } from '../journey/JourneySection'
import { StatusBadge } from '../layout/StatusBadge'
import { Alert } from '../layout/Alert'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { useNames } from '../names/useNames'
import { useRoles } from '../session/useRoles'
import { useDeskTime } from '../time/useDeskTime'
import { Timeline } from '../timeline/Timeline'
import { Attachments } from './Attachments'
import { Facts } from './Facts'
import { NextSteps } from './NextSteps'
import { Told } from './Told'
import { Trace } from './Trace'
import { WhoHasIt } from './WhoHasIt'

const TicketWork = lazy(() => import('../work/TicketWork')) // reporters never need it

/** Others work on the ticket while one looks at it. */
const live = { refetchInterval: 15_000 }

export function TicketPage({ desk, number }: { desk: string; number: string }) {
  const { t } = useTranslation()
  const path = { desk, ticket: number }
  const about = api.useQuery('get', '/v1/desks/{desk}', { params: { path: { desk } } })
  const ticket = api.useQuery('get', '/v1/desks/{desk}/tickets/{ticket}', { params: { path } }, live)
  const journey = api.useQuery('get', '/v1/desks/{desk}/tickets/{ticket}/journey', { params: { path } }, live)
  const names = useNames(desk, partiesIn(ticket.data, journey.data), personsIn(ticket.data, journey.data))
  const time = useDeskTime(about.data?.timeZone)
  const roles = useRoles(desk)
  useTitle(ticket.data ? `${number} ${ticket.data.title ?? ''}` : number)

  if (ticket.isPending) return <Waiting />
  if (ticket.isError) {
    return (
      <>
        <h1>{number}</h1>
        <WentWrong error={ticket.error} retry={() => void ticket.refetch()} />
      </>
    )
  }
  const it = ticket.data
  return (
    <article>
      <Link className="back-link" to="/desks/$desk" params={{ desk }}>
        <Icon name="arrow-back" />
        {about.data?.displayName ?? t('ticket.crumb')}
      </Link>
      <div className="bavn-ticket-head">
        <p className="bavn-ticket-number">{number}</p>
        <h1>{it.title || number}</h1>
        <ul className="bavn-badges nobullet-list no-max-width">
          <li>
            <StatusBadge status={it.status} />
          </li>
          {[
            it.subStatus,
            it.priority ? t('ticket.priority', { priority: it.priority }) : t('ticket.noPriority'),
            t('ticket.impact', { impact: t(`impact.${it.impact ?? 'IMPACT_UNSPECIFIED'}`) }),
          ].map(
            (fact) =>
              fact && (
                <li key={fact}>
                  <span className="badge bavn-badge bavn-badge-plain">{fact}</span>
                </li>
              ),
          )}
        </ul>
      </div>
      {it.importing && <Alert kind="info">{t('ticket.importing')}</Alert>}
      <div className="bavn-columns">
        <WhoHasIt ticket={it} names={names} />
        <NextSteps ticket={it} names={names} time={time} />
      </div>
      {journey.isPending && <Waiting />}
      {journey.isError && <WentWrong error={journey.error} retry={() => void journey.refetch()} />}
      {journey.data && <JourneySection journey={journey.data} names={names} time={time} />}
      <div className="bavn-columns bavn-columns-wide">
        <div>
          <Description ticket={it} />
          {roles.size > 0 && (
            <Suspense fallback={<Waiting />}>
              <TicketWork desk={desk} number={number} ticket={it} names={names} time={time} />
            </Suspense>
          )}
          <Attachments desk={desk} number={number} time={time} />
          {journey.data && <Timeline events={journey.data.events ?? []} names={names} time={time} />}
        </div>
        <div>
          <Facts ticket={it} names={names} time={time} />
          <Told desk={desk} ticket={it} time={time} />
          <Trace id={it.journeyTraceId || journey.data?.traceId || ''} />
        </div>
      </div>
      {about.data?.timeZone && <p className="bavn-quiet">{t('ticket.zone', { zone: about.data.timeZone })}</p>}
    </article>
  )
}

function Description({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="description">
      <h2 id="description">{t('ticket.description')}</h2>
      <p className="bavn-text">{ticket.description || t('ticket.noDescription')}</p>
      {ticket.solution && (
        <div className={solved(ticket) ? 'bavn-solution' : 'bavn-solution bavn-solution-former'}>
          <h3>
            {t(solved(ticket) ? 'ticket.solution' : 'ticket.formerSolution')}
            {ticket.solutionKind === 'SOLUTION_KIND_WORKAROUND' && ` · ${t('ticket.workaround')}`}
            {ticket.solutionKind === 'SOLUTION_KIND_PERMANENT' && ` · ${t('ticket.permanent')}`}
          </h3>
          <p className="bavn-text">{ticket.solution}</p>
          {ticket.rootCause && (
            <>
              <h3>{t('resolve.cause')}</h3>
              <p className="bavn-text">{ticket.rootCause}</p>
            </>
          )}
        </div>
      )}
    </section>
  )
}

function partiesIn(ticket: Ticket | undefined, journey: Journey | undefined): string[] {
  const held = journey?.intervals?.filter((interval) => interval.group).map((interval) => interval.party ?? '') ?? []
  return [ticket?.holderGroup ? (ticket.holderParty ?? '') : '', ticket?.handOver?.group ? (ticket.handOver.party ?? '') : '', ...held]
}

function personsIn(ticket: Ticket | undefined, journey: Journey | undefined): string[] {
  const acted = journey?.events?.flatMap(({ record }) => [record?.actor?.person, record?.actor?.onBehalfOf]) ?? []
  const named = [ticket?.reporter, ticket?.affectedUser, ticket?.assignee, ticket?.owner, ticket?.handOver?.offeredBy]
  return [...named, ...acted].filter((name): name is string => name?.includes('/persons/') ?? false)
}

/** What was rejected or reopened has a solution that did not hold. */
const solved = (ticket: Ticket) => ticket.status === 'TICKET_STATUS_RESOLVED' || ticket.status === 'TICKET_STATUS_CLOSED'
