/** What a refused call says: google.rpc.Status, with what HTTP knows besides. */
export interface Problem {
  httpStatus: number
  /** ErrorInfo's reason, such as NOT_FOUND; empty when the answer did not come from Bavn. */
  reason: string
  /** In the reader's language; empty when the answer did not come from Bavn. */
  text: string
  /** To be quoted to support; empty if unknown. */
  traceId: string
  /** What is wrong with the request, field by field, in the reader's language. */
  fields: FieldProblem[]
  /** What the desk's process wants first: by which rule, and in English, which is for developers. */
  demands: Demand[]
}

export interface FieldProblem {
  /** As the contract names it: `form_answers["urgent"]`, `title.text`. */
  field: string
  text: string
}

export interface Demand {
  /** As `:explain` names it too: `gates[log_kept]`. */
  rule: string
  text: string
}

interface Violation {
  field?: string
  subject?: string
  description?: string
  localizedMessage?: { message?: string }
}

interface Detail {
  '@type'?: string
  reason?: string
  message?: string
  fieldViolations?: Violation[]
  violations?: Violation[]
}

/** Replaces the body of a refusal by a Problem, because what is thrown later has only the body. */
export async function withProblem(response: Response): Promise<Response | undefined> {
  if (response.ok) return undefined
  const details = await detailsOf(response)
  const find = (type: string) => details.find((detail) => detail['@type']?.endsWith(type))
  const problem: Problem = {
    httpStatus: response.status,
    reason: find('ErrorInfo')?.reason ?? '',
    text: find('LocalizedMessage')?.message ?? '',
    traceId: response.headers.get('Traceparent')?.split('-')[1] ?? '',
    fields: (find('BadRequest')?.fieldViolations ?? []).map(({ field = '', description = '', localizedMessage }) => ({
      field,
      text: localizedMessage?.message ?? description,
    })),
    demands: (find('PreconditionFailure')?.violations ?? []).map(({ subject = '', description = '' }) => ({
      rule: subject,
      text: description,
    })),
  }
  return Response.json(problem, { status: response.status })
}

async function detailsOf(response: Response): Promise<Detail[]> {
  try {
    const body = (await response.clone().json()) as { details?: Detail[] }
    return body.details ?? []
  } catch {
    return [] // a proxy's page
  }
}

/** The problem behind anything that a query throws; no answer at all has the HTTP status 0. */
export function problemOf(error: unknown): Problem {
  if (typeof error === 'object' && error !== null && 'httpStatus' in error) return error as Problem
  return { httpStatus: 0, reason: '', text: '', traceId: '', fields: [], demands: [] }
}

/** A refusal stays one, however often it is asked; a service that is away may come back. */
export function retryOnlyWhatMayPass(failures: number, error: unknown): boolean {
  const { httpStatus } = problemOf(error)
  return failures < 2 && (httpStatus === 0 || httpStatus >= 500)
}
