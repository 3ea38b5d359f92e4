import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import da from './da'
import en from './en'
import sv from './sv'

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')
const files = (folder: string) => readdirSync(new URL(`../../../../${folder}/`, import.meta.url))

/** What notify says in words of its own, by the files that they are written in; the frame is around all of them. */
const own = [...files('services/notify/internal/domain/templates'), ...files('services/notify/internal/domain/boardletters')]
  .map((file) => file.replace(/\.tmpl$/, ''))
  .filter((template) => template !== 'frame' && !template.startsWith('board_')) // what goes to subscribers is about no ticket

/** What the shipped profiles say in theirs. */
const profiles = files('profiles')
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => {
    const list = /^message_templates:\n((?: .*\n|#.*\n|\n)*)/m.exec(read(`profiles/${file}`))?.[1] ?? ''
    return [...list.matchAll(/^ {2}- \{?id: (\w+)/gm)].map((entry) => entry[1] ?? '')
  })

const templates = [...new Set([...own, ...profiles])].sort()

/** What can happen to a ticket, by the words that the process pages have for it. */
const events = [...read('process/profile/page/words.yaml').matchAll(/^event\.ticket\.(\w+):/gm)].map((entry) => entry[1] ?? '')

describe('who was told', () => {
  it.each(Object.entries({ da, sv, en }))('has a word for every message in %s, and for no other', (_, texts) => {
    expect(Object.keys(texts.template).sort()).toEqual(templates)
  })
})

describe('the history', () => {
  it.each(Object.entries({ da, sv, en }))('has a word for everything that can happen to a ticket in %s', (_, texts) => {
    expect(events.filter((event) => !(event in texts.event))).toEqual([])
  })
})
