import i18n from '../i18n/languages'
import type { Attachment } from './client'
import { withProblem } from './problem'

/** Sends a file to what it belongs to; throws a Problem. Not of the generated client: a file is a form, which it does not write. */
export async function upload(parent: string, file: File): Promise<Attachment> {
  const form = new FormData()
  form.set('file', file)
  const answer = await fetch(`/v1/${parent}/attachments`, {
    method: 'POST',
    body: form,
    headers: { 'Accept-Language': i18n.language, 'Idempotency-Key': crypto.randomUUID() },
  })
  const refused = await withProblem(answer)
  if (refused) throw await refused.json()
  return (await answer.json()) as Attachment
}
