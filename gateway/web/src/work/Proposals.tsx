import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Proposal } from '../api/client'
import { useRequestId } from '../api/useRequestId'
import { Choices, Field } from '../form/Field'
import { Refused } from '../form/Refused'
import { problemOf } from '../api/problem'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { lastPart } from '../names/resourceName'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'

interface Props {
  desk: string
  ticket: string
  names: Names
  time: DeskTime
}

/** Messages about the ticket that a person shall send, and nobody else (R78). */
export function Proposals({ desk, ticket, names, time }: Props) {
  const { t } = useTranslation()
  const list = api.useQuery(
    'get',
    '/v1/desks/{desk}/proposals',
    { params: { path: { desk }, query: { ticket, pageSize: 100 } } },
    { retry: false, refetchInterval: 15_000 },
  )
  const open = list.data?.proposals?.filter(({ state }) => state === 'PROPOSAL_STATE_OPEN') ?? []
  if (open.length === 0) return null
  return (
    <section aria-labelledby="proposals" className="bavn-card bavn-card-next">
      <h2 id="proposals">{t('proposals.title')}</h2>
      <p className="bavn-quiet">{t('proposals.lead')}</p>
      <ul className="nobullet-list no-max-width">
        {open.map((proposal) => (
          <li key={proposal.name}>
            <Words desk={desk} proposal={proposal} names={names} time={time} decided={() => void list.refetch()} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Words({ desk, proposal, names, time, decided }: Omit<Props, 'ticket'> & { proposal: Proposal; decided: () => void }) {
  const { t } = useTranslation()
  const id = lastPart(proposal.name)
  const whole = api.useQuery('get', '/v1/desks/{desk}/proposals/{proposal}', { params: { path: { desk, proposal: id } } }, { staleTime: Infinity })
  const who = proposal.recipients?.map((name) => names(name)).join(', ')
  return (
    <article aria-label={t('proposals.to', { who })} className="bavn-proposal">
      <h3>{t('proposals.to', { who })}</h3>
      <p className="bavn-quiet">{t('proposals.since', { time: time.full(proposal.createTime) })}</p>
      {whole.isPending && <Waiting />}
      {whole.isError && <WentWrong error={whole.error} retry={() => void whole.refetch()} />}
      {whole.data && <Edit desk={desk} id={id} proposal={whole.data} decided={decided} />}
    </article>
  )
}

function Edit({ desk, id, proposal, decided }: { desk: string; id: string; proposal: Proposal; decided: () => void }) {
  const { t } = useTranslation()
  const [subject, setSubject] = useState(proposal.subject ?? '')
  const [body, setBody] = useState(proposal.body ?? '')
  const written = (proposal.media ?? []).filter((medium) => medium !== 'MEDIUM_CALL')
  const toCall = proposal.media?.includes('MEDIUM_CALL') ?? false
  const [called, setCalled] = useState(false)
  const sendIds = useRequestId()
  const dismissIds = useRequestId()
  const params = { path: { desk, proposal: id } }
  const send = api.useMutation('post', '/v1/desks/{desk}/proposals/{proposal}:send', { onSuccess: decided })
  const dismiss = api.useMutation('post', '/v1/desks/{desk}/proposals/{proposal}:dismiss', { onSuccess: decided })
  const error = send.error ?? dismiss.error
  const busy = send.isPending || dismiss.isPending
  const wrong = (field: string) => (error ? problemOf(error).fields.find((one) => one.field === field)?.text : undefined)

  function submit(event: FormEvent) {
    event.preventDefault()
    dismiss.reset()
    const own = subject !== proposal.subject || body !== proposal.body
    const content = {
      ...(own ? { subject, body } : {}),
      ...(called ? { media: [...written, 'MEDIUM_CALL' as const] } : {}),
    }
    send.mutate({ params, body: { ...content, requestId: sendIds.of(content) } })
  }

  return (
    <form onSubmit={submit} noValidate className="bavn-form">
      {error && (
        <Refused
          error={error}
          place={(field) => (field === 'subject' || field === 'body' ? { label: t(`proposals.${field}`), id: `${id}-${field}` } : undefined)}
        />
      )}
      <Field label={t('proposals.subject')} id={`${id}-subject`} error={wrong('subject')}>
        {(input) => <input {...input} className="form-input" maxLength={200} value={subject} onChange={(event) => setSubject(event.target.value)} />}
      </Field>
      <Field label={t('proposals.body')} id={`${id}-body`} hint={t('proposals.bodyHint')} error={wrong('body')}>
        {(input) => <textarea {...input} className="form-input" rows={8} value={body} onChange={(event) => setBody(event.target.value)} />}
      </Field>
      {toCall && (
        <Choices
          label={t('proposals.call')}
          several
          options={[{ id: 'called', text: t('proposals.called') }]}
          chosen={called ? ['called'] : []}
          choose={(chosen) => setCalled(chosen.length > 0)}
        />
      )}
      <div className="bavn-buttons">
        <button type="submit" className="button button-primary" disabled={busy}>
          {t('proposals.send')}
        </button>
        <button
          type="button"
          className="button button-secondary"
          disabled={busy}
          onClick={() => {
            send.reset()
            dismiss.mutate({ params, body: { requestId: dismissIds.of(id) } })
          }}
        >
          {t('proposals.dismiss')}
        </button>
      </div>
    </form>
  )
}
