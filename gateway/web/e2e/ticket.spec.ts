import { expect, expectAccessible, json, mock, refused, test } from './mocked'
import { journey, ticket } from './nsp'

const address = '/desks/nsp/tickets/ASCP00000042'

test('a ticket says who has it, what happens next and how it got there', async ({ page }) => {
  await mock(page)
  await page.goto(address)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Stamkortopslag svarer ikke for lægepraksis i Region Nord')
  const who = page.getByRole('region', { name: 'Hvem har den nu' })
  await expect(who).toContainText('Driftsleverandør Netic')
  await expect(who).toContainText('Lars Bo Nielsen')
  await expect(page.getByRole('region', { name: 'Hvad sker der nu' })).toContainText('Applikationsleverandør Arosii (Stamkort) er tilbudt arbejdet')
  const journeySection = page.getByRole('region', { name: 'Rejsen', exact: true })
  await expect(journeySection).toContainText('har 3 parter haft sagen, med 4 overdragelser.')
  await expect(journeySection.getByRole('img')).toBeVisible()
  const latest = page.getByRole('region', { name: 'Historik' }).getByRole('listitem').first()
  await expect(latest).toContainText('Overdragelse tilbudt')
  await expect(latest, 'the desk’s time, not the reader’s').toContainText('3. nov. 2026, 15.40')
  await expect(page.getByText('Intern note')).toBeVisible()
  await expect(page.getByText('Denne tekst er slettet.')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Hvem har fået besked' })).toContainText('SMTP_550')
  await expect(page.getByText('4bf92f3577b34da6a3ce929d0e0e4736')).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/ticket-wide.png', fullPage: true })
})

test('the journey is a table too, and the keyboard opens it', async ({ page }) => {
  await mock(page)
  await page.goto(address)
  await page.getByText('Rejsen som tabel').focus()
  await page.keyboard.press('Enter')
  const rows = page.getByRole('table', { name: 'Hvem har haft sagen, hvornår og i hvilken status.' }).getByRole('row')
  await expect(rows).toHaveCount((journey.intervals?.length ?? 0) + 1)
  await expect(rows.last()).toContainText('fortsætter')
  await expectAccessible(page)
})

for (const [language, words] of Object.entries({
  da: ['Afventer leverandør', 'Sagsejer', 'Indmelder'],
  sv: ['Väntar på leverantör', 'Ärendeägare', 'Anmälare'],
  en: ['Awaiting supplier', 'Ticket owner', 'Reporter'],
})) {
  test(`the ticket speaks ${language}, in the words of the requirements`, async ({ page }) => {
    await mock(page)
    await page.goto(`${address}?lang=${language}`)
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    for (const word of words) await expect(page.getByText(word, { exact: true }).first()).toBeVisible()
    await expectAccessible(page)
  })
}

test('the page fits a width of 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await mock(page)
  await page.goto(address)
  await expect(page.getByRole('region', { name: 'Rejsen', exact: true })).toBeVisible()
  await page.getByText('Rejsen som tabel').click()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide, 'nothing makes the page scroll sideways').toBeLessThanOrEqual(320)
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > 321 && getComputedStyle(one).position !== 'absolute')
      .map((one) => one.className),
  )
  expect(cut, 'nothing is cut off').toEqual([])
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/ticket-320.png', fullPage: true })
})

test('a closed ticket’s journey ends when it was closed', async ({ page }) => {
  await mock(page, {
    [`/v1${address}`]: json({ ...ticket, status: 'TICKET_STATUS_CLOSED', handOver: undefined }),
    [`/v1${address}/journey`]: json({
      ...journey,
      intervals: [
        { party: 'desks/nsp/parties/spoc', status: 'TICKET_STATUS_IN_PROGRESS', startTime: '2026-01-02T08:00:00Z', endTime: '2026-01-02T09:00:00Z' },
        { party: 'desks/nsp/parties/spoc', status: 'TICKET_STATUS_CLOSED', startTime: '2026-01-02T09:00:00Z' },
      ],
    }),
  })
  await page.goto(address)
  await expect(page.getByRole('region', { name: 'Rejsen', exact: true })).toContainText('På 1 t. har 1 part haft sagen, uden overdragelse.')
  await expect(page.getByRole('region', { name: 'Hvad sker der nu' })).toContainText('Ikke mere')
})

test('a ticket that one may not see is refused in words of the service', async ({ page }) => {
  await mock(page)
  await page.goto('/desks/nsp/tickets/ASCP99999999')
  await expect(page.getByRole('heading', { name: 'Findes ikke' })).toBeVisible()
  await expect(page.getByText('Det findes ikke, eller du må ikke se det.')).toBeVisible()
  await expectAccessible(page)
})

test('what fails inside leaves a number to quote, and the rest of the page', async ({ page }) => {
  await mock(page, { [`/v1${address}/journey`]: refused(500, 'INTERNAL', 'Der opstod en fejl hos os.') })
  await page.goto(address)
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('Der opstod en fejl hos os.', { timeout: 15_000 })
  await expect(alert).toContainText('4bf92f3577b34da6a3ce929d0e0e4736')
  await expect(page.getByRole('region', { name: 'Hvem har den nu' })).toBeVisible()
  await expectAccessible(page)
})

test('a journey that reporting has not heard of is said so', async ({ page }) => {
  await mock(page, { [`/v1${address}/journey`]: json({ intervals: [], events: [], traceId: '' }) })
  await page.goto(address)
  await expect(page.getByText('Rejsen er ikke nået frem til rapporteringen endnu.')).toBeVisible()
  await expectAccessible(page)
})

test('files are fetched by a link that is asked for, and those with malware are not', async ({ page }) => {
  let followed = ''
  await mock(page, {
    '/v1/desks/nsp/attachments/0198a1b2-0000-7000-8000-000000000001:downloadLink': json({
      uri: 'http://files.example/files/t0ken',
      expireTime: '2026-11-03T15:01:00Z',
    }),
  })
  await page.route('http://files.example/**', (route) => {
    followed = route.request().url()
    return route.fulfill({ headers: { 'Content-Disposition': 'attachment; filename="x.heic"' }, body: 'x' })
  })
  await page.goto(address)
  const files = page.getByRole('region', { name: 'Filer' })
  await expect(files.getByRole('listitem')).toHaveCount(3)
  await expect(files).toContainText('2,4 MB · image/heic')
  await expect(files.getByText('spærret: der er fundet skadelig kode')).toBeVisible()
  await expect(files.getByRole('button', { name: /faktura/ })).toHaveCount(0)
  await files.getByRole('button', { name: 'Hent stamkort-fejl.heic' }).click()
  await expect.poll(() => followed).toBe('http://files.example/files/t0ken')
  await expect(page.getByRole('heading', { level: 1 }), 'the page stays').toBeVisible()
  await expectAccessible(page)
})

test('a file that is too large is refused in the service’s words', async ({ page }) => {
  const posted: string[] = []
  await mock(page, {
    '/v1/desks/nsp/tickets/ASCP00000042/attachments': async (route) => {
      if (route.request().method() !== 'POST') return json({ attachments: [], nextPageToken: '' })(route)
      posted.push((await route.request().allHeaders())['idempotency-key'] ?? '')
      return refused(429, 'ATTACHMENT_TOO_LARGE', 'En fil må højst fylde 26214400 byte.')(route)
    },
  })
  await page.goto(address)
  const files = page.getByRole('region', { name: 'Filer' })
  await files.getByLabel('Tilføj en fil').setInputFiles({ name: 'x.bin', mimeType: 'application/octet-stream', buffer: Buffer.from('x') })
  await files.getByRole('button', { name: 'Send filen' }).click()
  await expect(files.getByRole('alert')).toContainText('En fil må højst fylde 26214400 byte.')
  expect(posted).toHaveLength(1)
  expect(posted[0]).toMatch(/^[0-9a-f-]{36}$/)
  await expectAccessible(page)
})
