/** Remembers whether the sidebar is folded, so that the server draws it the way it was left. */
export const SIDEBAR_COOKIE = 'countersign-sidebar'
