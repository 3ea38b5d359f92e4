import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Caller, type Submission } from '../api/client'
import { Refused } from '../form/Refused'
import { Field } from '../form/Field'
import { Registered } from '../form/Registered'
import { Alert } from '../layout/Alert'
import { ToDesk } from '../layout/ToDesk'
import { useTitle } from '../layout/useTitle'
import { Callers } from './Callers'
import { QuickTickets } from './QuickTickets'
import { RegisterCall } from './RegisterCall'
import { ShortTickets } from './ShortTickets'

/** For whoever answers the phone or stands at the counter (R5, R21, R24, R25). */
export function PhonePage({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<Caller>()
  const [done, setDone] = useState<{ submission: Submission; solved: boolean }>()
  const find = api.useMutation('post', '/v1/desks/{desk}/callers:find', { onSuccess: ({ callers }) => setChosen(callers?.length === 1 ? callers[0] : undefined) })
  useTitle(t('phone.page'))

  function search(event: FormEvent) {
    event.preventDefault()
    find.mutate({ params: { path: { desk } }, body: { query: query.trim() } })
  }

  /** The next one on the phone is somebody else. */
  function again() {
    setDone(undefined)
    setChosen(undefined)
    setQuery('')
    find.reset()
  }

  if (done) return <Registered desk={desk} submission={done.submission} solved={done.solved} again={again} />
  return (
    <>
      <ToDesk desk={desk} />
      <h1>{t('phone.page')}</h1>
      <form role="search" onSubmit={search} className="bavn-search">
        <Field label={t('phone.who')} hint={t('phone.whoHint')}>
          {(input) => (
            <div className="bavn-search-row">
              <input {...input} className="form-input" required minLength={2} maxLength={120} autoComplete="off" value={query} onChange={(event) => setQuery(event.target.value)} />
              <button type="submit" className="button button-primary" disabled={find.isPending}>
                {t('phone.find')}
              </button>
            </div>
          )}
        </Field>
      </form>
      {find.isError && <Refused error={find.error} />}
      <div role="status">
        {find.data && (
          <p>
            {t('phone.found', { count: find.data.callers?.length ?? 0 })} {find.data.more && t('phone.more')}
          </p>
        )}
      </div>
      {find.data?.ticketsMissing && <Alert kind="info">{t('phone.ticketsMissing')}</Alert>}
      <div className="bavn-columns">
        <div>
          {find.data && <Callers desk={desk} callers={find.data.callers ?? []} chosen={chosen} choose={setChosen} />}
          {(find.data?.outages?.length ?? 0) > 0 && (
            <section aria-labelledby="outages">
              <h2 id="outages">{t('phone.outages')}</h2>
              <ShortTickets desk={desk} tickets={find.data?.outages ?? []} />
            </section>
          )}
        </div>
        <div>
          <RegisterCall desk={desk} caller={chosen} registered={(submission, solved) => setDone({ submission, solved })} />
          <QuickTickets desk={desk} caller={chosen} registered={(submission, solved) => setDone({ submission, solved })} />
        </div>
      </div>
    </>
  )
}
