import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Announcement } from '../api/client'
import { problemOf } from '../api/problem'
import { useRequestId } from '../api/useRequestId'
import { Field } from '../form/Field'
import { localTime } from '../form/localTime'
import { Refused } from '../form/Refused'
import { languages } from '../i18n/languages'
import { lastPart } from '../names/resourceName'
import { byLanguage, fromFields, languageCodes } from './words'

/** Changes what an announcement says, in each language; what is published is thereby said anew. */
export function EditAnnouncement({ desk, announcement, done }: { desk: string; announcement: Announcement; done: () => void }) {
  const { t } = useTranslation()
  const ids = useRequestId()
  const [titles, setTitles] = useState(byLanguage(announcement.titles))
  const [bodies, setBodies] = useState(byLanguage(announcement.bodies))
  const [regions, setRegions] = useState((announcement.regions ?? []).join(', '))
  const [end, setEnd] = useState(announcement.endTime ? localTime(new Date(announcement.endTime)) : '')
  const update = api.useMutation('patch', '/v1/desks/{desk}/announcements/{announcement}', { onSuccess: done })
  const published = announcement.state === 'ANNOUNCEMENT_STATE_PUBLISHED'
  const refused = update.isError ? problemOf(update.error).fields : []
  const wrong = (start: string) => refused.find(({ field }) => field.replace(/^announcement\./, '').startsWith(start))?.text

  function send(event: FormEvent) {
    event.preventDefault()
    const said = {
      titles: fromFields(titles),
      bodies: fromFields(bodies),
      regions: regions.split(',').flatMap((one) => (one.trim() ? [one.trim()] : [])),
      ...(end ? { endTime: new Date(end).toISOString() } : {}),
    }
    const requestId = ids.of([said, announcement.etag])
    update.mutate({
      params: {
        path: { desk, announcement: lastPart(announcement.name) },
        query: { updateMask: 'titles,bodies,regions,endTime', requestId },
        header: { 'If-Match': announcement.etag ?? '' },
      },
      body: said,
    })
  }

  return (
    <section aria-labelledby="edit" className="bavn-new">
      <h2 id="edit">{t('announcements.edit')}</h2>
      {published && <p>{t('announcements.saidAnew')}</p>}
      {update.isError && <Refused error={update.error} />}
      <form onSubmit={send} noValidate className="bavn-form">
        {languageCodes.map((code) => (
          <fieldset key={code} className="bavn-language">
            <legend className="form-label">{languages[code]}</legend>
            <Field label={t('announcements.name')} error={wrong('titles')} optional>
              {(input) => (
                <input {...input} className="form-input" lang={code} maxLength={200} value={titles[code] ?? ''} onChange={(event) => setTitles({ ...titles, [code]: event.target.value })} />
              )}
            </Field>
            <Field label={t('announcements.body')} error={wrong('bodies')} optional>
              {(input) => (
                <textarea {...input} className="form-input" lang={code} rows={4} maxLength={4000} value={bodies[code] ?? ''} onChange={(event) => setBodies({ ...bodies, [code]: event.target.value })} />
              )}
            </Field>
          </fieldset>
        ))}
        <Field label={t('announcements.regions')} hint={t('announcements.regionsHint')} error={wrong('regions')} optional>
          {(input) => <input {...input} className="form-input" value={regions} onChange={(event) => setRegions(event.target.value)} />}
        </Field>
        <Field label={t('announcements.end')} hint={t('announcements.yourClock')} error={wrong('end_time')} optional>
          {(input) => <input {...input} className="form-input" type="datetime-local" value={end} onChange={(event) => setEnd(event.target.value)} />}
        </Field>
        <button type="submit" className="button button-primary" disabled={update.isPending}>
          {t('announcements.save')}
        </button>
      </form>
    </section>
  )
}
