import { expect, expectAccessible, expectFits, json, mock, refused, test } from './mocked'

const address = '/desks/nsp/tickets/ASCP00000042'
const id = '0198a1b2-0000-7000-8000-000000000009'
const proposal = {
  name: `desks/nsp/proposals/${id}`,
  ticket: 'desks/nsp/tickets/ASCP00000042',
  recipients: ['desks/nsp/persons/kim'],
  media: ['MEDIUM_MAIL', 'MEDIUM_CALL'],
  state: 'PROPOSAL_STATE_OPEN',
  createTime: '2026-11-03T14:00:00Z',
}
const words = { subject: 'Jeg er i gang', body: 'Jeg har sagen nu og vender tilbage i dag.' }

const text = (da: string) => ({ da, sv: da, en: da })
const explained = (possible: boolean, ...reasons: string[]) =>
  json({
    steps: [
      {
        step: 'resolve',
        possible,
        obstacles: reasons.map((reason) => ({
          reason,
          rule: reason,
          satisfy: reason === 'FACTS_MISSING' ? text('Angiv category') : text('Før hændelsesloggen'),
        })),
        gates: [
          { gate: 'log_kept', label: text('Hændelsesloggen er ført'), open: false, satisfy: text('Før hændelsesloggen'), overrideRoles: ['nsp_incident_manager'] },
          { gate: 'cause_documented', label: text('Årsagen er beskrevet'), open: true },
        ],
      },
    ],
  })

// R78: what a person shall say is shown with its words, made one's own, and sent once.
test('a proposed message is edited and sent by a person', async ({ page }) => {
  let sent: Record<string, unknown> = {}
  let open = true
  await mock(page, {
    '/v1/desks/nsp/proposals': (route) => json({ proposals: open ? [proposal] : [{ ...proposal, state: 'PROPOSAL_STATE_SENT' }] })(route),
    [`/v1/desks/nsp/proposals/${id}`]: json({ ...proposal, ...words }),
    [`/v1/desks/nsp/proposals/${id}:send`]: async (route) => {
      sent = route.request().postDataJSON() as Record<string, unknown>
      open = false
      await json({ ...proposal, state: 'PROPOSAL_STATE_SENT' })(route)
    },
  })
  await page.goto(address)
  const proposals = page.getByRole('region', { name: 'Beskeder, du skal sende' })
  await expect(proposals.getByRole('heading', { name: 'Til Kim Sørensen' })).toBeVisible()
  await expect(proposals.getByLabel('Emne')).toHaveValue(words.subject)
  await proposals.getByLabel('Besked', { exact: true }).fill('Kære Kim, jeg har sagen og ringer kl. 15.')
  await proposals.getByLabel('Jeg har ringet').check()
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/proposal-wide.png', fullPage: true })
  await proposals.getByRole('button', { name: 'Send beskeden' }).click()
  await expect(proposals).toHaveCount(0)
  expect(sent).toMatchObject({ subject: words.subject, body: 'Kære Kim, jeg har sagen og ringer kl. 15.', media: ['MEDIUM_MAIL', 'MEDIUM_CALL'] })
})

test('a proposed message in its own words is sent without words, and one that somebody else decided is refused in words', async ({ page }) => {
  let sent: Record<string, unknown> = {}
  await mock(page, {
    '/v1/desks/nsp/proposals': json({ proposals: [proposal] }),
    [`/v1/desks/nsp/proposals/${id}`]: json({ ...proposal, ...words }),
    [`/v1/desks/nsp/proposals/${id}:send`]: async (route) => {
      sent = route.request().postDataJSON() as Record<string, unknown>
      await refused(400, 'PROPOSAL_DECIDED', 'Beskeden er sendt, afvist eller overhalet.')(route)
    },
  })
  await page.goto(address)
  await page.getByRole('button', { name: 'Send beskeden' }).click()
  await expect(page.getByRole('alert')).toContainText('Beskeden er sendt, afvist eller overhalet.')
  expect(Object.keys(sent)).toEqual(['requestId'])
  await expectAccessible(page)
})

// R76: cause and event log go with the solution, where the process demands them.
test('the ticket is solved with its cause and its event log', async ({ page }) => {
  const calls: [string, Record<string, unknown>][] = []
  const keep = (call: string) => async (route: Parameters<ReturnType<typeof json>>[0]) => {
    calls.push([call, route.request().postDataJSON() as Record<string, unknown>])
    await json({ name: 'desks/nsp/tickets/ASCP00000042' })(route)
  }
  await mock(page, {
    [`/v1${address}:explain`]: explained(false, 'GATE_NOT_MET', 'FACTS_MISSING'),
    [`/v1${address}:logWork`]: keep('logWork'),
    [`/v1${address}:resolve`]: keep('resolve'),
  })
  await page.goto(address)
  const resolve = page.getByRole('region', { name: 'Løs sagen' })
  await expect(resolve.getByText('Før hændelsesloggen', { exact: true })).toBeVisible()
  await expect(resolve.getByText('Angiv category')).toBeVisible()
  await resolve.getByLabel('Løsning', { exact: true }).fill('Certifikatet er fornyet; opslag svarer igen.')
  await resolve.getByLabel('Permanent').check()
  await resolve.getByLabel(/^Grundlæggende årsag/).fill('Certifikatet udløb, og ingen blev varslet.')
  await resolve.getByLabel(/^Hændelseslog/).fill('08.00 udløb, 08.20 opdaget, 09.10 fornyet')
  await resolve.getByLabel(/^Minutters arbejde/).fill('50')
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/resolve-wide.png', fullPage: true })
  await resolve.getByRole('button', { name: 'Løs', exact: true }).click()
  await expect.poll(() => calls.map(([call]) => call)).toEqual(['logWork', 'resolve'])
  expect(calls[0]?.[1]).toMatchObject({ text: { text: '08.00 udløb, 08.20 opdaget, 09.10 fornyet' }, minutes: 50 })
  expect(calls[1]?.[1]).toMatchObject({
    solution: { text: 'Certifikatet er fornyet; opslag svarer igen.' },
    solutionKind: 'SOLUTION_KIND_PERMANENT',
    rootCause: { text: 'Certifikatet udløb, og ingen blev varslet.' },
  })
})

// R83, R76: a gate that stays shut says what it wants, and asks those who may pass it for a reason; fields are named.
test('what the process refuses is said, with the field or a reason to give', async ({ page }) => {
  let answer = refused(400, 'INVALID_ARGUMENT', 'Anmodningen er ugyldig.', { solution_kind: 'Vælg en af mulighederne.' })
  await mock(page, { [`/v1${address}:explain`]: explained(true), [`/v1${address}:resolve`]: (route) => answer(route) })
  await page.goto(address)
  await page.getByRole('button', { name: 'Løs', exact: true }).click()
  await expect(page.getByRole('alert').getByRole('link', { name: /Vælg en af mulighederne/ })).toHaveAttribute('href', '#resolve-kind')
  await expectAccessible(page)
  answer = refused(400, 'GATE_NOT_MET', 'Processen tillader det ikke endnu.', {}, {
    'gates[cause_documented]': 'developers read this',
  })
  await page.getByRole('button', { name: 'Løs', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('Årsagen er beskrevet')
  await expect(page.getByLabel(/^Begrundelse for at løse/)).toBeVisible()
  await expectAccessible(page)
})

test('a ticket that is not one’s to solve has no such form, nor has a reporter’s page', async ({ page }) => {
  await mock(page, { [`/v1${address}:explain`]: explained(false, 'GATE_NOT_MET', 'WRONG_STATUS') })
  await page.goto(address)
  await expect(page.getByRole('region', { name: 'Rejsen', exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Løs sagen' })).toHaveCount(0)
})

for (const [language, title] of Object.entries({ da: 'Løs sagen', sv: 'Lös ärendet', en: 'Solve the ticket' })) {
  test(`what an agent does speaks ${language} and fits 320 pixels`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await mock(page, {
      [`/v1${address}:explain`]: explained(true),
      '/v1/desks/nsp/proposals': json({ proposals: [proposal] }),
      [`/v1/desks/nsp/proposals/${id}`]: json({ ...proposal, ...words }),
    })
    await page.goto(`${address}?lang=${language}`)
    await expect(page.getByRole('region', { name: title })).toBeVisible()
    await expectFits(page)
    await expectAccessible(page)
  })
}
