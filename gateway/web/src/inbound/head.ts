import i18n from '../i18n/languages'
import { withProblem } from '../api/problem'

/** No mail has more headers than this that anybody reads. */
const most = 64 * 1024

/** What is before the first empty line: the headers of a mail. Of what has none, as much as one looks at. */
export function headOf(text: string): string {
  const end = /\r?\n\r?\n/.exec(text)
  return text.slice(0, end ? end.index : 4 * 1024)
}

/** Reads the beginning of an original, as text and nothing else; the rest, which may be large, is not fetched. */
export async function readHead(address: string): Promise<string> {
  const answer = await fetch(address, { headers: { 'Accept-Language': i18n.language } })
  const refused = await withProblem(answer)
  if (refused) throw await refused.json()
  const reader = answer.body?.getReader()
  const decode = new TextDecoder()
  let text = ''
  while (reader && text.length < most && !/\r?\n\r?\n/.test(text)) {
    const { value, done } = await reader.read()
    if (done) break
    text += decode.decode(value, { stream: true })
  }
  await reader?.cancel()
  return headOf(text)
}
