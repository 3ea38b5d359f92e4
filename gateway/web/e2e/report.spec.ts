import type { Route } from '@playwright/test'
import { expect, expectAccessible, expectFits, json, mock, refused, test } from './mocked'

const form = {
  name: 'desks/nsp/forms/report',
  displayName: 'Meld en sag',
  channels: ['web', 'phone'],
  questions: [
    { id: 'own_number', text: 'Jeres sagsnummer', type: 'FIELD_TYPE_LINE', required: true, fills: 'FILLS_EXTERNAL_ID' },
    { id: 'title', text: 'Overskrift', type: 'FIELD_TYPE_LINE', required: true, fills: 'FILLS_TITLE' },
    { id: 'description', text: 'Beskrivelse', type: 'FIELD_TYPE_TEXT', required: true, fills: 'FILLS_DESCRIPTION' },
    { id: 'contact_phone', text: 'Telefon', type: 'FIELD_TYPE_PHONE', required: true, personal: true },
    { id: 'urgent', text: 'Haster det', help: 'Ring også på +45 33143900', type: 'FIELD_TYPE_YES_NO', required: true, fills: 'FILLS_URGENT' },
    { id: 'why', text: 'Hvorfor haster det', type: 'FIELD_TYPE_LINE', required: true, conditional: true },
    { id: 'system', text: 'System', type: 'FIELD_TYPE_CHOICE', options: [{ id: 'fmk', text: 'FMK' }, { id: 'nsp', text: 'NSP' }] },
    { id: 'where', text: 'Hvor', type: 'FIELD_TYPE_CHOICES', options: [{ id: 'nord', text: 'Nord' }, { id: 'syd', text: 'Syd' }] },
    { id: 'since', text: 'Siden', type: 'FIELD_TYPE_TIME' },
    { id: 'files', text: 'Filer', type: 'FIELD_TYPE_FILES' },
  ],
}

const nationalDesk = { contact: 'national_desk', displayName: 'National servicedesk', phone: '+4533143900', beforeRegistration: false }

/** The service's rules, as far as these tests go: what is urgent has a reason and is phoned, and a phone number is one. */
async function rules(route: Route) {
  const { formAnswers } = route.request().postDataJSON() as { formAnswers: Record<string, string> }
  const urgent = formAnswers['urgent'] === 'yes'
  const wrong = (id: string, rule: string, description: string) => ({ field: `form_answers["${id}"]`, rule, description })
  const asked = form.questions.filter(({ conditional }) => !conditional || urgent)
  await json({
    asked: asked.map(({ id }) => id),
    violations: [
      ...asked.flatMap(({ id, required }) => (required && !formAnswers[id] ? [wrong(id, 'form.required', 'Skal udfyldes.')] : [])),
      ...(/^[+\d ]*$/.test(formAnswers['contact_phone'] ?? '') ? [] : [wrong('contact_phone', 'form.phone', 'Skal være et telefonnummer.')]),
    ],
    callsDue: urgent ? [nationalDesk] : [],
  })(route)
}

interface Submitted {
  requestId: string
  form: string
  formAnswers: Record<string, string>
}

const served = (submit: (route: Route) => Promise<void>) => ({
  '/v1/desks/nsp/forms': json({ forms: [{ ...form, questions: [] }], nextPageToken: '' }),
  '/v1/desks/nsp/forms/report': json(form),
  '/v1/desks/nsp/forms/report:validate': rules,
  '/v1/desks/nsp/tickets:submit': submit,
})

const registered = json({
  name: 'desks/nsp/submissions/1',
  ticket: 'desks/nsp/tickets/ASCP00000043',
  outcome: 'OUTCOME_OPENED',
  callsDue: [nationalDesk],
})

// R31, R7: the page asks what the served form asks, and says at once whom to phone.
test('a report is what the form asks, and an urgent one shows the number to call', async ({ page }) => {
  const sent: Submitted[] = []
  await mock(page, served(async (route) => {
    sent.push(route.request().postDataJSON() as Submitted)
    await registered(route)
  }))
  await page.goto('/desks/nsp')
  await page.getByRole('link', { name: 'Meld en sag' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Meld en sag')
  await expectAccessible(page)
  await page.getByLabel('Jeres sagsnummer').fill('RN-1')
  await page.getByLabel('Overskrift').fill('Opslag svarer ikke')
  await page.getByLabel('Beskrivelse').fill('Siden kl. 8')
  await page.getByLabel('Telefon').fill('24 25 26 27')
  await expect(page.getByLabel('Hvorfor haster det')).toHaveCount(0)
  await page.getByRole('group', { name: 'Haster det' }).getByLabel('Ja').check()
  await expect(page.getByRole('alert')).toContainText('Ring også til National servicedesk')
  await expect(page.getByRole('link', { name: '+4533143900' })).toHaveAttribute('href', 'tel:+4533143900')
  await page.getByLabel('Hvorfor haster det').fill('Alle er ramt')
  await page.getByLabel('System').selectOption('FMK')
  await page.getByRole('group', { name: 'Hvor' }).getByLabel('Syd').check()
  await page.getByRole('group', { name: 'Hvor' }).getByLabel('Nord').check()
  await page.getByLabel('Siden').fill('2026-11-03T08:15')
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/report-wide.png', fullPage: true })
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeFocused()
  await expect(page.getByRole('link', { name: 'Gå til ASCP00000043' })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('+4533143900')
  await expectAccessible(page)
  expect(sent).toHaveLength(1)
  expect(sent[0]?.formAnswers).toEqual({
    own_number: 'RN-1',
    title: 'Opslag svarer ikke',
    description: 'Siden kl. 8',
    contact_phone: '24 25 26 27',
    urgent: 'yes',
    why: 'Alle er ramt',
    system: 'fmk',
    where: 'nord,syd',
    since: '2026-11-03T13:15:00.000Z', // by the reader's clock, in New York
  })
})

// R31: what will not do is said at its field as soon as it is left, and what is no longer asked is no longer answered.
test('a field says what is wrong with it, and a condition that ends takes its answer along', async ({ page }) => {
  await mock(page, served(registered))
  await page.goto('/desks/nsp/report/report')
  const phone = page.getByLabel('Telefon')
  await phone.fill('ring mig')
  await phone.blur()
  await expect(page.getByText('Skal være et telefonnummer.')).toBeVisible()
  await expect(phone).toHaveAccessibleDescription(/Skal være et telefonnummer/)
  await expect(page.getByText('Skal udfyldes.'), 'nobody is blamed before they began').toHaveCount(0)
  await expectAccessible(page)
  const urgent = page.getByRole('group', { name: 'Haster det' })
  await urgent.getByLabel('Ja').check()
  await page.getByLabel('Hvorfor haster det').fill('Alle er ramt')
  await urgent.getByLabel('Nej').check()
  await expect(page.getByLabel('Hvorfor haster det')).toHaveCount(0)
  await urgent.getByLabel('Ja').check()
  await expect(page.getByLabel('Hvorfor haster det')).toHaveValue('')
})

// R31: a refusal names the fields, and leads to each.
test('what the service refuses is said at its fields, and the keyboard gets there', async ({ page }) => {
  await mock(page, served(refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', {
    'form_answers["title"]': 'Skal udfyldes.',
    external_ids: 'Skriv nummeret på sagen i jeres eget værktøj.',
  })))
  await page.goto('/desks/nsp/report')
  await page.getByRole('button', { name: 'Send' }).focus()
  await page.keyboard.press('Enter')
  const summary = page.getByRole('alert')
  await expect(summary).toContainText('Skriv nummeret på sagen i jeres eget værktøj.')
  await expect(page.locator('.bavn-refused')).toBeFocused()
  await expect(page.getByLabel('Overskrift')).toHaveAccessibleDescription(/Skal udfyldes/)
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/report-refused-wide.png', fullPage: true })
  await page.keyboard.press('Tab')
  await expect(summary.getByRole('link', { name: 'Overskrift: Skal udfyldes.' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#question-title$/)
  await page.keyboard.press('Tab') // from the field on that the link led to
  await expect(page.getByLabel('Beskrivelse')).toBeFocused()
})

// R12: who may not report is told so, and where to turn.
test('a reporter whom the desk refuses reads where to turn', async ({ page }) => {
  const referral = 'Kontakt din lokale service desk. Kun lokale service desks kan melde sager om NSP og FMK'
  await mock(page, {
    ...served(refused(400, 'REPORTER_REFUSED', `Denne desk tager ikke imod sager fra dig. ${referral}.`, {}, { 'reporter_groups[end_user]': referral })),
    '/v1/desks/nsp/memberships': refused(404, 'NOT_FOUND', 'Findes ikke.'),
    '/v1/desks/nsp': refused(404, 'NOT_FOUND', 'Findes ikke.'),
  })
  await page.goto('/desks/nsp')
  await expect(page.getByRole('link', { name: 'Telefon og fremmøde' }), 'it is for agents').toHaveCount(0)
  await page.getByRole('link', { name: 'Meld en sag' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('alert')).toHaveText(/Kontakt din lokale service desk\. Kun lokale service desks kan melde sager om NSP og FMK\.$/)
  await expectAccessible(page)
})

// R31: files go ahead of the report, which names them in the form's field; on a phone a photo is taken at the spot.
test('files and photos are sent ahead, and the report names them', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  const sent: Submitted[] = []
  let files = 0
  await mock(page, {
    ...served(async (route) => {
      sent.push(route.request().postDataJSON() as Submitted)
      await registered(route)
    }),
    '/v1/desks/nsp/attachments': (route) => {
      files++
      if (files === 3) return refused(413, 'ATTACHMENT_TOO_LARGE', 'En fil må højst fylde 26214400 byte.')(route)
      return json({ name: `desks/nsp/attachments/${files}`, fileName: `IMG_${files}.jpg`, sizeBytes: '2400000' })(route)
    },
  })
  await page.goto('/desks/nsp/report')
  const photo = page.getByLabel('Filer: tag et billede')
  await expect(photo).toHaveAttribute('capture', 'environment')
  await expect(photo).toHaveAttribute('accept', 'image/*')
  const file = (name: string) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.from('x') })
  await page.getByLabel(/^Filer \(/).setInputFiles([file('IMG_1.jpg'), file('IMG_2.jpg')])
  await expect(page.getByRole('button', { name: 'Fjern IMG_2.jpg' })).toBeVisible()
  await photo.setInputFiles([file('for-stor.jpg')])
  await expect(page.getByText('En fil må højst fylde 26214400 byte.')).toBeVisible()
  await expectAccessible(page)
  await expectFits(page)
  await page.screenshot({ path: 'test-results/report-360.png', fullPage: true })
  await page.getByRole('button', { name: 'Fjern IMG_1.jpg' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeVisible()
  expect(sent[0]?.formAnswers).toEqual({ files: 'desks/nsp/attachments/2' })
})

// AIP-155: a report whose answer was lost is sent again as the same one.
test('a report that is sent again after a broken connection is the same report', async ({ page }) => {
  const sent: Submitted[] = []
  await mock(page, served(async (route) => {
    sent.push(route.request().postDataJSON() as Submitted)
    if (sent.length === 1) return route.abort()
    await registered(route)
  }))
  await page.goto('/desks/nsp/report')
  await page.getByLabel('Overskrift').fill('Opslag svarer ikke')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('alert')).toContainText('Send igen')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeVisible()
  expect(sent[1]?.requestId).toBe(sent[0]?.requestId)
})

for (const [language, words] of Object.entries({ da: 'Haster det', sv: 'Skicka', en: 'Send' })) {
  test(`the form speaks ${language}`, async ({ page }) => {
    await mock(page, served(registered))
    await page.goto(`/desks/nsp/report?lang=${language}`)
    await expect(page.getByText(words, { exact: false }).first()).toBeVisible()
    await expectAccessible(page)
  })
}
