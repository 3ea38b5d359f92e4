/** The last part of a resource name: "ASCP00000042" of "desks/nsp/tickets/ASCP00000042". */
export function lastPart(name: string | undefined): string {
  return name?.split('/').at(-1) ?? ''
}

/** The party of a group: "desks/nsp/parties/netic" of "desks/nsp/parties/netic/groups/drift". */
export function partyOf(group: string): string {
  return group.split('/').slice(0, 4).join('/')
}
