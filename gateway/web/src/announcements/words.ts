import type { Announcement } from '../api/client'

type Words = Announcement['titles']

/** Words in the reader's language, else in any that there are. */
export function inLanguage(words: Words, language: string): string {
  return (words?.find(({ languageCode }) => languageCode === language) ?? words?.[0])?.text ?? ''
}

export const languageCodes = ['da', 'sv', 'en'] as const

/** Words by language, as fields have them. */
export function byLanguage(words: Words): Record<string, string> {
  return Object.fromEntries(languageCodes.map((code) => [code, words?.find(({ languageCode }) => languageCode === code)?.text ?? '']))
}

/** The same as the contract has them, without the languages that say nothing. */
export function fromFields(fields: Record<string, string>) {
  return languageCodes.flatMap((languageCode) => {
    const text = fields[languageCode]?.trim()
    return text ? [{ languageCode, text }] : []
  })
}
