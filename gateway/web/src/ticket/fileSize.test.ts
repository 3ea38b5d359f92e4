import { expect, test } from 'vitest'
import { fileSize } from './fileSize'

test('sizes are said in the unit that fits', () => {
  expect(fileSize(999, 'en')).toBe('999 byte')
  expect(fileSize(1500, 'da')).toBe('1,5 kB')
  expect(fileSize(26_214_400, 'sv')).toBe('26 MB')
})
