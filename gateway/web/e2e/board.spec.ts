import { readdirSync, readFileSync } from 'node:fs'
import { expect, expectAccessible, test } from './mocked'

// The announcement board as the gateway writes it: the Go tests hold these files to what it serves.
const own = new URL('../../internal/board/', import.meta.url)
const written = (name: string) => readFileSync(new URL(name, own), 'utf8')
const sheets = readdirSync(new URL('../dist/assets/', import.meta.url)).filter((name) => name.endsWith('.css'))
const style = sheets.map((name) => `@import url("/assets/${name}");\n`).join('') + written('style.css')

for (const [what, file] of [
  ['the board', 'testdata/board.html'],
  ['the question behind a link', 'testdata/confirm.html'],
] as const) {
  for (const width of [1280, 360]) {
    test.describe(`${what} at ${width} pixels`, () => {
      test.use({ javaScriptEnabled: true, viewport: { width, height: 900 } })
      test('is for everybody', async ({ page }) => {
        await page.route('**/board/nsp', (route) => route.fulfill({ contentType: 'text/html', body: written(file) }))
        await page.route('**/board/style.css', (route) => route.fulfill({ contentType: 'text/css', body: style }))
        await page.goto('/board/nsp')
        await expectAccessible(page)
        expect(await page.evaluate(() => document.scripts.length)).toBe(0)
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(wider, 'scrolls sideways').toBeLessThanOrEqual(0)
        await page.screenshot({ path: `test-results/${file.replace('testdata/', '')}-${width}.png`, fullPage: true })
      })
    })
  }
}
