import { expect, expectAccessible, expectFits, json, mock, refused, test } from './mocked'

const address = '/v1/desks/nsp/announcements'
const name = 'desks/nsp/announcements/nede-2026-11-03-ab12'
const words = (da: string, en: string) => [
  { languageCode: 'da', text: da },
  { languageCode: 'en', text: en },
]
const announcement = {
  name,
  etag: '1',
  state: 'ANNOUNCEMENT_STATE_DRAFT',
  kind: 'ANNOUNCEMENT_KIND_ACUTE',
  standard: 'nede',
  titles: words('NSP svarer ikke', 'NSP does not answer'),
  bodies: words('Vi arbejder på det.', 'We are working on it.'),
  party: 'desks/nsp/parties/netic',
  ticket: 'desks/nsp/tickets/ASCP00000042',
  regions: ['Region Nordjylland'],
  createTime: '2026-11-03T14:00:00Z',
}
const text = (da: string, en: string) => ({ da, sv: en, en })
const profile = json({
  settings: {
    announcements: {
      catalogue: [
        { id: 'nede', label: text('Nede', 'Down'), kind: 'ANNOUNCEMENT_KIND_ACUTE' },
        { id: 'ovre', label: text('Ovre', 'Over'), kind: 'ANNOUNCEMENT_KIND_COMPLETED' },
      ],
    },
  },
})

// R87, R88: from the standard catalogue to the board: drafted, approval asked for, published, and over.
test('an announcement goes from the catalogue to the board and comes to its end', async ({ page }) => {
  const calls: string[] = []
  let now = announcement
  const step = (verb: string, state: string) => (route: Parameters<ReturnType<typeof json>>[0]) => {
    calls.push(`${verb} ${(route.request().postDataJSON() as { etag: string }).etag}`)
    now = { ...now, state, etag: String(calls.length + 1) }
    return json(now)(route)
  }
  let drafted: unknown
  await mock(page, {
    '/v1/desks/nsp/profile': profile,
    [address]: (route) => {
      if (route.request().method() === 'GET') return json({ announcements: [announcement] })(route)
      drafted = route.request().postDataJSON()
      expect(new URL(route.request().url()).searchParams.get('announcementId')).toMatch(/^nede-2026-11-03-[0-9a-f]{4}$/)
      return json(announcement)(route)
    },
    [`/v1/${name}`]: (route) => json(now)(route),
    [`/v1/${name}:requestApproval`]: step('requestApproval', 'ANNOUNCEMENT_STATE_DRAFT'),
    [`/v1/${name}:publish`]: step('publish', 'ANNOUNCEMENT_STATE_PUBLISHED'),
    [`/v1/${name}:complete`]: step('complete', 'ANNOUNCEMENT_STATE_COMPLETED'),
  })
  await page.goto('/desks/nsp')
  await expect(page.getByRole('link', { name: 'Opslagstavle' })).toHaveAttribute('href', '/board/nsp')
  await page.getByRole('link', { name: 'Udmeldinger' }).click()
  await expect(page.getByRole('link', { name: 'NSP svarer ikke' })).toBeVisible()
  await expect(page.getByLabel('Standardtekst').getByRole('option'), 'nothing begins as being over').toHaveText(['Vælg', 'Nede'])
  await page.getByLabel('Standardtekst').selectOption('Nede')
  await page.getByLabel(/^Om sagen/).fill('ascp00000042')
  await expect(page.getByLabel('Ansvarlig part'), 'the ticket says whose it is').toHaveCount(0)
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/announcements-wide.png', fullPage: true })
  await page.getByRole('button', { name: 'Lav et udkast' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('NSP svarer ikke')
  expect(drafted).toEqual({ standard: 'nede', ticket: 'desks/nsp/tickets/ASCP00000042' })
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/announcement-wide.png', fullPage: true })
  await page.getByRole('button', { name: 'Bed om godkendelse' }).click()
  await expect.poll(() => calls).toEqual(['requestApproval 1'])
  await page.getByRole('button', { name: 'Udsend' }).click()
  await expect(page.getByText('Det, du gemmer, siges på ny til alle med det samme.')).toBeVisible()
  await page.getByRole('button', { name: 'Sig, at det er ovre' }).click()
  await expect(page.getByRole('button', { name: 'Sig, at det er ovre' })).toHaveCount(0)
  expect(calls).toEqual(['requestApproval 1', 'publish 2', 'complete 3'])
})

// R88: what it says is changed in each language, and who comes too late is told so.
test('an announcement is changed in each language', async ({ page }) => {
  let sent: unknown
  await mock(page, {
    [`/v1/${name}`]: (route) => {
      if (route.request().method() === 'GET') return json(announcement)(route)
      sent = route.request().postDataJSON()
      expect(new URL(route.request().url()).searchParams.get('updateMask')).toBe('titles,bodies,regions,endTime')
      expect(route.request().headers()['if-match']).toBe('1')
      return refused(412, 'STALE_ETAG', 'Nogen har ændret den imens.')(route)
    },
  })
  await page.goto('/desks/nsp/announcements/nede-2026-11-03-ab12')
  const swedish = page.getByRole('group', { name: 'Svenska' })
  await swedish.getByLabel(/^Overskrift/).fill('NSP svarar inte')
  await page.getByLabel(/^Hvor det mærkes/).fill('Region Nordjylland, Region Midtjylland')
  await page.getByRole('button', { name: 'Gem' }).click()
  await expect(page.getByRole('alert')).toContainText('Nogen har ændret den imens.')
  expect(sent).toEqual({
    titles: [announcement.titles[0], { languageCode: 'sv', text: 'NSP svarar inte' }, announcement.titles[1]],
    bodies: announcement.bodies,
    regions: ['Region Nordjylland', 'Region Midtjylland'],
  })
  await expectAccessible(page)
})

// R88: what the service refuses is named at its field.
test('a draft that will not do is refused at its field', async ({ page }) => {
  await mock(page, {
    '/v1/desks/nsp/profile': profile,
    [address]: (route) =>
      route.request().method() === 'GET'
        ? json({ announcements: [] })(route)
        : refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', { 'announcement.party': 'Skal udfyldes.' })(route),
  })
  await page.goto('/desks/nsp/announcements')
  await expect(page.getByText('Der er ingen udmeldinger, du kan se.')).toBeVisible()
  await expect(page.getByLabel('Ansvarlig part').getByRole('option', { selected: true }), 'one’s own comes first').toHaveText('National servicedesk')
  await page.getByRole('button', { name: 'Lav et udkast' }).click()
  await expect(page.getByRole('alert').getByRole('link', { name: 'Ansvarlig part: Skal udfyldes.' })).toHaveAttribute('href', '#new-party')
  await expect(page.getByLabel('Ansvarlig part')).toHaveAttribute('aria-invalid', 'true')
  await expectAccessible(page)
})

for (const [language, title] of Object.entries({ da: 'Udmeldinger', sv: 'Driftmeddelanden', en: 'Announcements' })) {
  test(`announcements speak ${language} and fit 320 pixels`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await mock(page, { '/v1/desks/nsp/profile': profile, [address]: json({ announcements: [announcement] }), [`/v1/${name}`]: json(announcement) })
    await page.goto(`/desks/nsp/announcements?lang=${language}`)
    await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
    await page.goto('/desks/nsp/announcements/nede-2026-11-03-ab12')
    await expect(page.getByRole('group', { name: 'Svenska' })).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
  })
}
