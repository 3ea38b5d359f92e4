import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import da from './da'
import en from './en'
import sv from './sv'

/** What notify can send, by the files that it is written with; the frame is around all of them. */
const templates = readdirSync(new URL('../../../../services/notify/internal/domain/templates', import.meta.url))
  .map((file) => file.replace(/\.tmpl$/, ''))
  .filter((template) => template !== 'frame')
  .sort()

describe('who was told', () => {
  it.each(Object.entries({ da, sv, en }))('has a word for every message in %s, and for no other', (_, texts) => {
    expect(Object.keys(texts.template).sort()).toEqual(templates)
  })
})
