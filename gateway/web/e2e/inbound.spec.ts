import { expect, expectAccessible, expectFits, json, mock, refused, test } from './mocked'

const id = '0198a1b2-0000-7000-8000-000000000007'
const item = {
  name: `desks/nsp/inboundItems/${id}`,
  channel: 'CHANNEL_MAIL',
  source: 'mail',
  outcome: 'INBOUND_OUTCOME_QUARANTINED',
  reason: 'LOOP',
  sender: 'robot@region.example',
  subject: 'Autosvar: Ferie <b>til</b> 1. juli',
  receiveTime: '2026-11-03T14:00:00Z',
  mediaType: 'message/rfc822',
  originalSize: '20480',
}
const original = 'From: Robot <robot@region.example>\r\nAuto-Submitted: auto-replied\r\nSubject: <script>alert(1)</script>\r\n\r\nJeg er på ferie.'

const answers = {
  '/v1/desks/nsp/inboundItems': json({ inboundItems: [item], nextPageToken: '' }),
  [`/v1/desks/nsp/inboundItems/${id}`]: json(item),
  [`/v1/desks/nsp/inboundItems/${id}/original`]: (route: Parameters<ReturnType<typeof json>>[0]) =>
    route.fulfill({ contentType: 'application/octet-stream', headers: { 'Content-Disposition': 'attachment' }, body: original }),
}

// R4, R20: what is in quarantine is seen with its original's headers, as text, and a person lets it in.
test('what is in quarantine is seen with its headers and let in', async ({ page }) => {
  const asked: string[] = []
  let now = item
  await mock(page, {
    ...answers,
    '/v1/desks/nsp/inboundItems': (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('outcome') ?? '')
      return json({ inboundItems: [item] })(route)
    },
    [`/v1/desks/nsp/inboundItems/${id}`]: (route) => json(now)(route),
    [`/v1/desks/nsp/inboundItems/${id}:release`]: (route) => {
      now = { ...item, outcome: 'INBOUND_OUTCOME_TICKETED', reason: '' }
      return json({ ...item, outcome: 'INBOUND_OUTCOME_UNSPECIFIED' })(route)
    },
  })
  await page.goto('/desks/nsp')
  await page.getByRole('link', { name: 'Det, der kom ind' }).click()
  await expect(page.getByRole('row')).toHaveCount(2)
  expect(asked, 'what waits comes first').toEqual(['INBOUND_OUTCOME_QUARANTINED'])
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/inbound-wide.png', fullPage: true })
  await page.getByLabel('Udfald').selectOption('Alle')
  await expect.poll(() => asked.at(-1)).toBe('')
  await page.getByRole('link', { name: item.subject }).click()
  const head = page.getByLabel('Originalens brevhoved')
  await expect(head).toHaveText(/Auto-Submitted: auto-replied\s+Subject: <script>alert\(1\)<\/script>$/)
  await expect(page.getByRole('link', { name: 'Hent originalen (20 kB)' })).toHaveAttribute('href', `/v1/desks/nsp/inboundItems/${id}/original`)
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/inbound-item-wide.png', fullPage: true })
  await page.getByRole('button', { name: 'Luk den ind' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Den er lukket ind.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Luk den ind' })).toHaveCount(0)
})

test('what somebody else has decided already is refused in the service’s words', async ({ page }) => {
  await mock(page, {
    ...answers,
    [`/v1/desks/nsp/inboundItems/${id}:dismiss`]: refused(400, 'INBOUND_NOT_QUARANTINED', 'Den er ikke i karantæne.'),
  })
  await page.goto(`/desks/nsp/inbound/${id}`)
  await page.getByRole('button', { name: 'Afvis den' }).click()
  await expect(page.getByRole('alert')).toContainText('Den er ikke i karantæne.')
  await expectAccessible(page)
})

for (const [language, title] of Object.entries({ da: 'Det, der kom ind', sv: 'Det som kom in', en: 'What came in' })) {
  test(`what came in speaks ${language} and fits 320 pixels`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await mock(page, answers)
    await page.goto(`/desks/nsp/inbound/${id}?lang=${language}`)
    await expect(page.getByRole('link', { name: title })).toBeVisible()
    await expect(page.locator('pre')).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
    await page.goto('/desks/nsp/inbound')
    await expect(page.getByRole('heading', { name: title })).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
  })
}
