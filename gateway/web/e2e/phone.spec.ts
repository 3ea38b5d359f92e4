import { expect, expectAccessible, expectFits, json, mock, refused, test } from './mocked'
import { tickets } from './nsp'

const karen = {
  person: {
    name: 'desks/nsp/persons/karen',
    displayName: 'Karen Sø',
    phone: '+4524252627',
    email: 'karen@region.example',
    office: '1461-222',
  },
  openTickets: [tickets[2]],
}
const karin = { person: { name: 'desks/nsp/persons/karin', displayName: 'Karin Dahl' }, openTickets: [] }

const answers = {
  '/v1/desks/nsp/callers:find': json({ callers: [karen, karin], more: true, outages: [tickets[0]], ticketsMissing: false }),
  '/v1/desks/nsp/quickTickets': json({
    quickTickets: [
      { name: 'desks/nsp/quickTickets/eduroam', displayName: 'Eduroam', anonymous: true, automatic: true, solution: 'Hjulpet på stedet' },
      { name: 'desks/nsp/quickTickets/kodeord', displayName: 'Nyt kodeord', anonymous: false, automatic: false, solution: 'Kodeord nulstillet' },
    ],
  }),
  '/v1/desks/nsp/ticketTemplates': json({
    ticketTemplates: [{ name: 'desks/nsp/ticketTemplates/printer', displayName: 'Printer', title: 'Printer virker ikke: ', description: 'Model:' }],
  }),
  '/v1/desks/nsp/forms': json({ forms: [] }),
}

const registered = json({ name: 'desks/nsp/submissions/1', ticket: 'desks/nsp/tickets/ASCP00000043', outcome: 'OUTCOME_OPENED' })

// R5, R21, R25: one call finds the caller with tickets and outages; what they say is registered, by a template, and solved in one step.
test('who calls is found by number, and the ticket is registered and solved at once', async ({ page }) => {
  let found: unknown
  let sent: Record<string, unknown> = {}
  await mock(page, {
    ...answers,
    '/v1/desks/nsp/callers:find': async (route) => {
      found = route.request().postDataJSON()
      await answers['/v1/desks/nsp/callers:find'](route)
    },
    '/v1/desks/nsp/tickets:submit': async (route) => {
      sent = route.request().postDataJSON() as Record<string, unknown>
      await registered(route)
    },
  })
  await page.goto('/desks/nsp')
  await page.getByRole('link', { name: 'Telefon og fremmøde' }).click()
  await page.getByLabel('Hvem ringer?').fill('24 25 26 27')
  await page.keyboard.press('Enter')
  await expect(page.getByText('2 personer fundet. Der er flere: skriv mere.')).toBeVisible()
  expect(found).toEqual({ query: '24 25 26 27' })
  const caller = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Karen Sø' }) })
  await expect(caller).toContainText('+4524252627 · karen@region.example · 1461-222')
  await expect(caller.getByRole('link', { name: 'ASCP00000040' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Kendte driftsforstyrrelser' })).toContainText('Stamkortopslag svarer ikke')
  await page.getByRole('button', { name: 'Karen Sø ringer' }).click()
  await expect(page.getByText('Indmeldt af Karen Sø.')).toBeVisible()
  await page.getByLabel('Sagsskabelon').selectOption('Printer')
  await expect(page.getByLabel('Titel')).toHaveValue('Printer virker ikke: ')
  await page.getByLabel('Titel').fill('Printer virker ikke: 2. sal')
  await page.getByLabel('Den er allerede løst').check()
  await page.getByLabel('Løsning', { exact: true }).fill('Slukket og tændt')
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/phone-wide.png', fullPage: true })
  await page.getByRole('button', { name: 'Registrér og løs' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeFocused()
  expect(sent).toMatchObject({
    channel: 'CHANNEL_PHONE',
    reporter: 'desks/nsp/persons/karen',
    template: 'printer',
    title: { text: 'Printer virker ikke: 2. sal', languageCode: 'da' },
    solution: { text: 'Slukket og tændt', languageCode: 'da' },
    solutionKind: 'SOLUTION_KIND_PERMANENT',
  })
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Registrér en til' }).click()
  await expect(page.getByLabel('Hvem ringer?'), 'nothing of the last caller is left').toHaveValue('')
})

// R5: a title that says nothing is refused by the service, at its field.
test('a title that tells nothing is refused at the title', async ({ page }) => {
  await mock(page, {
    ...answers,
    '/v1/desks/nsp/tickets:submit': refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', {
      'title.text': 'Skriv, hvad det handler om, så andre kan kende sagen i bunken.',
    }),
  })
  await page.goto('/desks/nsp/phone')
  await page.getByLabel('Titel').fill('Hjælp')
  await page.getByRole('button', { name: 'Registrér', exact: true }).click()
  await expect(page.getByRole('alert').getByRole('link', { name: /^Titel: Skriv, hvad/ })).toHaveAttribute('href', '#call-title')
  await expect(page.getByLabel('Titel')).toHaveAttribute('aria-invalid', 'true')
  await expectAccessible(page)
})

// R6: where a call must be on the form as well, the service says so and the page leads to it.
test('a call that must be on the form too is led to the form', async ({ page }) => {
  let answer = refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', { form: 'Udfyld også formularen.' })
  await mock(page, {
    ...answers,
    '/v1/desks/nsp/forms': json({ forms: [{ name: 'desks/nsp/forms/report', displayName: 'Meld en sag' }] }),
    '/v1/desks/nsp/forms/report': json({
      name: 'desks/nsp/forms/report',
      questions: [
        { id: 'title', text: 'Overskrift', type: 'FIELD_TYPE_LINE', required: true, fills: 'FILLS_TITLE' },
        { id: 'what', text: 'Hvad', type: 'FIELD_TYPE_TEXT', required: true, fills: 'FILLS_DESCRIPTION' },
        { id: 'own_number', text: 'Jeres sagsnummer', type: 'FIELD_TYPE_LINE', required: true, fills: 'FILLS_EXTERNAL_ID' },
      ],
    }),
    '/v1/desks/nsp/forms/report:validate': json({ asked: ['title', 'what', 'own_number'], violations: [] }),
    '/v1/desks/nsp/tickets:submit': (route) => answer(route),
  })
  await page.goto('/desks/nsp/phone')
  await page.getByLabel('Titel').fill('VPN til regionen falder ud')
  await page.getByRole('button', { name: 'Registrér', exact: true }).click()
  await page.getByRole('alert').getByRole('link', { name: 'Formular: Udfyld også formularen.' }).click()
  await page.getByLabel(/^Formular/).selectOption('Meld en sag')
  await expect(page.getByLabel('Jeres sagsnummer')).toBeVisible()
  await expect(page.getByLabel('Overskrift'), 'the title is asked already').toHaveCount(0)
  answer = refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', { 'form_answers["what"]': 'Skal besvares.' })
  await page.getByRole('button', { name: 'Registrér', exact: true }).click()
  await expect(page.getByRole('alert').getByRole('link', { name: 'Beskrivelse: Skal besvares.' })).toHaveAttribute('href', '#call-description')
  await expect(page.getByLabel(/^Beskrivelse/)).toHaveAccessibleDescription(/Skal besvares/)
  await expectAccessible(page)
})

// R24, R148: a quick ticket names nobody and takes one touch; one that needs a look takes two, and names who calls.
test('a quick ticket takes one touch and nobody’s name', async ({ page }) => {
  const sent: [string, Record<string, unknown>][] = []
  const register = (id: string) => async (route: Parameters<typeof registered>[0]) => {
    sent.push([id, route.request().postDataJSON() as Record<string, unknown>])
    await registered(route)
  }
  await mock(page, {
    ...answers,
    '/v1/desks/nsp/callers:find': json({ callers: [karen] }),
    '/v1/desks/nsp/quickTickets/eduroam:register': register('eduroam'),
    '/v1/desks/nsp/quickTickets/kodeord:register': register('kodeord'),
  })
  await page.goto('/desks/nsp/phone')
  await page.getByLabel('Hvem ringer?').fill('karen')
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByText('Indmeldt af Karen Sø.'), 'the only one found is the one').toBeVisible()
  await page.getByRole('button', { name: 'Eduroam' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeVisible()
  await page.getByRole('button', { name: 'Registrér en til' }).click()
  await page.getByLabel('Hvem ringer?').fill('karen')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('button', { name: 'Nyt kodeord' }).click()
  await expect(page.getByText('Løses med: Kodeord nulstillet.')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Registrér Nyt kodeord' }).click()
  await expect(page.getByRole('heading', { name: 'ASCP00000043 er registreret' })).toBeVisible()
  expect(sent.map(([id, { affectedUser }]) => [id, affectedUser])).toEqual([
    ['eduroam', undefined],
    ['kodeord', 'desks/nsp/persons/karen'],
  ])
})

for (const [language, words] of Object.entries({ da: 'Kviksager', sv: 'Snabbärenden', en: 'Quick tickets' })) {
  test(`the phone page speaks ${language} and fits 320 pixels`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await mock(page, answers)
    await page.goto(`/desks/nsp/phone?lang=${language}`)
    await expect(page.getByRole('heading', { name: words })).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
  })
}
