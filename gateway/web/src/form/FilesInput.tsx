import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Attachment } from '../api/client'
import { problemOf } from '../api/problem'
import { upload } from '../api/upload'
import { fileSize } from '../ticket/fileSize'
import { Field } from './Field'

interface Props {
  desk: string
  id: string
  label: string
  hint?: string | undefined
  error?: string | undefined
  optional?: boolean
  /** The names of the attachments, with commas. */
  changed: (answer: string) => void
}

/** Files that are sent as soon as they are chosen, and wait for the report that names them (R31). A phone takes a photo. */
export function FilesInput({ desk, id, label, hint, error, optional, changed }: Props) {
  const { t, i18n } = useTranslation()
  const [sent, setSent] = useState<Attachment[]>([])
  const [sending, setSending] = useState(0)
  const [problem, setProblem] = useState('')

  function keep(list: Attachment[]) {
    setSent(list)
    changed(list.map(({ name }) => name).join(','))
  }

  async function add(chosen: FileList | null) {
    const files = [...(chosen ?? [])]
    setProblem('')
    setSending(files.length)
    let list = sent
    try {
      for (const file of files) {
        list = [...list, await upload(`desks/${desk}`, file)]
        keep(list)
      }
    } catch (refused) {
      setProblem(problemOf(refused).text || t('form.away'))
    } finally {
      setSending(0)
    }
  }

  return (
    <>
      <Field label={label} hint={[hint, t('form.filesHint')].filter(Boolean).join(' ')} error={problem || error} optional={optional ?? false} id={id}>
        {(input) => (
          <input
            {...input}
            className="form-input"
            type="file"
            multiple
            disabled={sending > 0}
            onChange={(event) => {
              void add(event.target.files)
              event.target.value = ''
            }}
          />
        )}
      </Field>
      <Field label={t('form.photo', { field: label })} id={`${id}-photo`}>
        {(input) => (
          <input
            {...input}
            className="form-input"
            type="file"
            accept="image/*"
            capture="environment"
            disabled={sending > 0}
            onChange={(event) => {
              void add(event.target.files)
              event.target.value = ''
            }}
          />
        )}
      </Field>
      <p role="status" className="bavn-quiet">
        {sending > 0 && t('form.sending', { count: sending })}
      </p>
      {sent.length > 0 && (
        <ul className="nobullet-list bavn-files">
          {sent.map((file) => (
            <li key={file.name}>
              <span className="bavn-file-name">
                {file.fileName} <span className="bavn-quiet">{fileSize(Number(file.sizeBytes ?? 0), i18n.language)}</span>
              </span>
              <button
                type="button"
                className="function-link"
                onClick={() => keep(sent.filter(({ name }) => name !== file.name))}
              >
                {t('form.remove', { file: file.fileName })}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
