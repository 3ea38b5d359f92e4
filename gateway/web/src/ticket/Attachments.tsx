import { useId, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Attachment } from '../api/client'
import { problemOf } from '../api/problem'
import { upload } from '../api/upload'
import { Alert } from '../layout/Alert'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import type { DeskTime } from '../time/useDeskTime'
import { fileSize } from './fileSize'

/** The files of a ticket: they are fetched from an origin of their own and never shown here. */
export function Attachments({ desk, number, time }: { desk: string; number: string; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  const path = { desk, ticket: number }
  const files = api.useQuery('get', '/v1/desks/{desk}/tickets/{ticket}/attachments', {
    params: { path, query: { pageSize: 100 } },
  })
  const list = files.data?.attachments ?? []
  return (
    <section aria-labelledby="attachments">
      <h2 id="attachments">{t('attachments.title')}</h2>
      {files.isPending && <Waiting />}
      {files.isError && <WentWrong error={files.error} retry={() => void files.refetch()} />}
      {files.isSuccess && list.length === 0 && <p className="bavn-quiet">{t('attachments.none')}</p>}
      {list.length > 0 && (
        <ul className="nobullet-list bavn-files">
          {list.map((file) => (
            <li key={file.name}>
              <FileLink file={file} />
              <span className="bavn-quiet">
                {[
                  fileSize(Number(file.sizeBytes ?? 0), i18n.language),
                  file.mediaType?.split(';')[0],
                  time.full(file.receiveTime),
                  file.formField && t('attachments.ofForm'),
                  file.internal && t('attachments.internal'),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Upload ticket={`desks/${desk}/tickets/${number}`} sent={() => void files.refetch()} />
    </section>
  )
}

/** A link is good for a minute, so it is asked for when it is followed. */
function FileLink({ file }: { file: Attachment }) {
  const { t } = useTranslation()
  const [desk = '', attachment = ''] = (file.name ?? '').replace('desks/', '').split('/attachments/')
  const link = api.useMutation('get', '/v1/desks/{desk}/attachments/{attachment}:downloadLink', {
    onSuccess: ({ uri }) => {
      if (uri) window.location.assign(uri) // it is kept as a file, so this page stays
    },
  })
  if (file.state !== 'ATTACHMENT_STATE_AVAILABLE') {
    return (
      <span className="bavn-file-name">
        {file.fileName} <em>{t(`attachments.state.${file.state ?? 'ATTACHMENT_STATE_UNSPECIFIED'}`)}</em>
      </span>
    )
  }
  return (
    <>
      <button
        type="button"
        className="function-link bavn-file-name"
        onClick={() => link.mutate({ params: { path: { desk, attachment } } })}
      >
        {t('attachments.fetch', { file: file.fileName })}
      </button>
      {link.isError && <Alert kind="error">{problemOf(link.error).text || t('problem.other')}</Alert>}
    </>
  )
}

function Upload({ ticket, sent }: { ticket: string; sent: () => void }) {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const field = useId()

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    setBusy(true)
    setProblem('')
    try {
      await upload(ticket, new FormData(form).get('file') as File)
      form.reset()
      sent()
    } catch (error) {
      setProblem(problemOf(error).text || t('problem.away'))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void send(event)} className="bavn-upload">
      <div className="form-group">
        <label className="form-label" htmlFor={field}>
          {t('attachments.add')}
        </label>
        <span className="form-hint" id={`${field}-hint`}>
          {t('attachments.hint')}
        </span>
        <input className="form-input" type="file" id={field} name="file" required aria-describedby={`${field}-hint`} />
      </div>
      {problem && <Alert kind="error">{problem}</Alert>}
      <button type="submit" className="button button-secondary" disabled={busy}>
        {busy ? t('attachments.sending') : t('attachments.send')}
      </button>
    </form>
  )
}
