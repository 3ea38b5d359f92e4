import { describe, expect, it } from 'vitest'
import { headOf } from './head'

describe('the head of an original', () => {
  it.each([
    ['From: a\r\nSubject: b\r\n\r\nbody\r\n\r\nmore', 'From: a\r\nSubject: b'],
    ['From: a\nSubject: b\n\nbody', 'From: a\nSubject: b'],
    ['{"id": 1}', '{"id": 1}'],
    ['x'.repeat(5000), 'x'.repeat(4096)],
  ])('%j ends before the first empty line', (text, head) => {
    expect(headOf(text)).toBe(head)
  })
})
