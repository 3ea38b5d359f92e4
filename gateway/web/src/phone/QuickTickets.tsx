import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Caller, type QuickTicket, type Submission } from '../api/client'
import { useRequestId } from '../api/useRequestId'
import { Refused } from '../form/Refused'
import { lastPart } from '../names/resourceName'

interface Props {
  desk: string
  caller: Caller | undefined
  registered: (submission: Submission, solved: boolean) => void
}

/** Tickets of one touch (R24); one that is not automatic is asked about once more. */
export function QuickTickets({ desk, caller, registered }: Props) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState('')
  const ids = useRequestId()
  const list = api.useQuery('get', '/v1/desks/{desk}/quickTickets', { params: { path: { desk }, query: { pageSize: 500 } } })
  const register = api.useMutation('post', '/v1/desks/{desk}/quickTickets/{quickTicket}:register', { onSuccess: ids.done })
  const all = list.data?.quickTickets ?? []
  if (all.length === 0) return null

  function touch(quick: QuickTicket) {
    const quickTicket = lastPart(quick.name)
    const person = caller?.person?.name
    const content = quick.anonymous || !person ? {} : { affectedUser: person }
    register.mutate(
      { params: { path: { desk, quickTicket } }, body: { ...content, requestId: ids.of({ quickTicket, ...content }) } },
      { onSuccess: (submission) => registered(submission, Boolean(quick.solution)) },
    )
  }

  return (
    <section aria-labelledby="quick">
      <h2 id="quick">{t('phone.quick')}</h2>
      <p className="bavn-quiet">{t('phone.quickLead')}</p>
      {register.isError && <Refused error={register.error} />}
      <ul className="nobullet-list bavn-quick">
        {all.map((quick) => (
          <li key={quick.name}>
            <button
              type="button"
              className="button button-secondary"
              disabled={register.isPending}
              aria-expanded={quick.automatic ? undefined : asked === quick.name}
              onClick={() => (quick.automatic ? touch(quick) : setAsked(quick.name ?? ''))}
            >
              {quick.displayName}
            </button>
            {asked === quick.name && (
              <p>
                {quick.solution && t('phone.quickSolved', { solution: quick.solution })}{' '}
                <button type="button" className="button button-primary" disabled={register.isPending} onClick={() => touch(quick)}>
                  {t('phone.quickConfirm', { quick: quick.displayName })}
                </button>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
