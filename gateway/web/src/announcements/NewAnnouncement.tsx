import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Text } from '../api/client'
import { problemOf } from '../api/problem'
import { useRequestId } from '../api/useRequestId'
import { Field } from '../form/Field'
import { localTime } from '../form/localTime'
import { Refused } from '../form/Refused'
import { lastPart } from '../names/resourceName'
import { useMemberships } from '../session/useRoles'

const places = { standard: 'standard', ticket: 'ticket', party: 'party', start_time: 'start', end_time: 'end' } as const

/** Drafts an announcement from the standard catalogue (R88); its words are completed on its own page. */
export function NewAnnouncement({ desk }: { desk: string }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const ids = useRequestId()
  const [said, setSaid] = useState({ standard: '', ticket: '', party: '', start: '', end: '' })
  const say = (more: Partial<typeof said>) => setSaid((before) => ({ ...before, ...more }))
  const profile = api.useQuery('get', '/v1/desks/{desk}/profile', { params: { path: { desk } } }, { staleTime: 5 * 60_000, retry: false })
  const parties = api.useQuery('get', '/v1/desks/{desk}/parties', { params: { path: { desk }, query: { pageSize: 500 } } })
  const own = useMemberships(desk)[0]?.party ?? ''
  const party = said.party || own
  const create = api.useMutation('post', '/v1/desks/{desk}/announcements')
  const catalogue = profile.data?.settings?.announcements?.catalogue ?? []
  const refused = create.isError ? problemOf(create.error).fields : []
  const bare = (field: string) => field.replace(/^announcement\./, '')
  const wrong = (field: keyof typeof places) => refused.find((one) => bare(one.field) === field)?.text
  const label = (text: Text | undefined) => text?.[i18n.language as keyof Text] ?? text?.en ?? ''
  const moment = (at: string) => new Date(at).toISOString()

  function send(event: FormEvent) {
    event.preventDefault()
    // A completed one is what an announcement becomes, never what it begins as.
    const announcement = {
      standard: said.standard,
      ...(said.ticket.trim() ? { ticket: `desks/${desk}/tickets/${said.ticket.trim().toUpperCase()}` } : party ? { party } : {}),
      ...(said.start ? { startTime: moment(said.start) } : {}),
      ...(said.end ? { endTime: moment(said.end) } : {}),
    }
    const requestId = ids.of(announcement)
    // Its last part is public, so it says what it is and when it was made; the request tells two of one minute apart.
    const announcementId = [said.standard || 'besked', localTime(new Date()).slice(0, 10), requestId.slice(0, 4)].join('-').replace(/[^a-z0-9-]/g, '-')
    create.mutate(
      { params: { path: { desk }, query: { announcementId, requestId } }, body: announcement },
      { onSuccess: ({ name }) => void navigate({ to: '/desks/$desk/announcements/$announcement', params: { desk, announcement: lastPart(name) } }) },
    )
  }

  return (
    <section aria-labelledby="new" className="bavn-new">
      <h2 id="new">{t('announcements.new')}</h2>
      {create.isError && (
        <Refused
          error={create.error}
          place={(field) => {
            const at = places[bare(field) as keyof typeof places]
            return at && { label: t(`announcements.${at}`), id: `new-${at}` }
          }}
        />
      )}
      <form onSubmit={send} noValidate className="bavn-form">
        <Field label={t('announcements.standard')} id="new-standard" error={wrong('standard')}>
          {(input) => (
            <select {...input} className="form-select" value={said.standard} onChange={(event) => say({ standard: event.target.value })}>
              <option value="">{t('form.choose')}</option>
              {catalogue
                .filter(({ kind }) => kind !== 'ANNOUNCEMENT_KIND_COMPLETED')
                .map((one) => (
                  <option key={one.id} value={one.id}>
                    {label(one.label)}
                  </option>
                ))}
            </select>
          )}
        </Field>
        <Field label={t('announcements.ticket')} id="new-ticket" hint={t('announcements.ticketHint')} error={wrong('ticket')} optional>
          {(input) => <input {...input} className="form-input" autoComplete="off" value={said.ticket} onChange={(event) => say({ ticket: event.target.value })} />}
        </Field>
        {!said.ticket.trim() && (
          <Field label={t('announcements.party')} id="new-party" hint={t('announcements.partyHint')} error={wrong('party')}>
            {(input) => (
              <select {...input} className="form-select" value={party} onChange={(event) => say({ party: event.target.value })}>
                <option value="">{t('form.choose')}</option>
                {parties.data?.parties?.map((party) => (
                  <option key={party.name} value={party.name}>
                    {party.displayName}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {(['start', 'end'] as const).map((at) => (
          <Field key={at} label={t(`announcements.${at}`)} id={`new-${at}`} hint={t('announcements.yourClock')} error={wrong(`${at}_time`)} optional>
            {(input) => <input {...input} className="form-input" type="datetime-local" value={said[at]} onChange={(event) => say({ [at]: event.target.value })} />}
          </Field>
        ))}
        <button type="submit" className="button button-primary" disabled={create.isPending}>
          {t('announcements.draft')}
        </button>
      </form>
    </section>
  )
}
