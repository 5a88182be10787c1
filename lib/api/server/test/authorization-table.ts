/** How each route and each tool is called by `authorization.api.test.ts`. What is not listed here fails that test by name. */

import type { Action } from '../../../auth/permissions'

/** The ids of one team's objects, by the names that paths, bodies and queries have for them. */
export interface Ids {
  workflow_id: string
  run_id: string
  agent_id: string
  key_id: string
  blob_id: string
  comment_id: string
  project_id: string
  team_id: string
  /** Another member of the team, not the one who calls. */
  user_id: string
  invitation_id: string
  grant_id: string
}

/** How an id is given elsewhere than in the path. */
export interface Naming {
  body?: (id: string) => unknown
  query?: (id: string) => string
  /** For an id that is not the caller's; 404 unless it only filters a list, or contradicts the path. */
  status?: number
}

export interface RouteRow {
  /** What the team that has the objects gets, with everything allowed. Chosen so that little is changed. */
  own: number
  body?: (ids: Ids) => unknown
  query?: string
  headers?: Record<string, string>
  /** Every member of the body or query whose name ends in `_id`. */
  names?: Record<string, Naming>
  /** What is asked further, when what is touched is not the caller's own. */
  asks?: Action
  /** What a person in a browser gets where the permission lets keys pass and the use case then refuses them. */
  person?: number
}

/** Nobody has saved so often: the object is found, and nothing is changed. */
const stale = { 'if-match': '"99999"' }
const nothing = () => ({})
const consent = {
  response_type: 'code',
  client_id: 'a-program',
  redirect_uri: 'http://localhost/back',
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'S256',
}
const read: RouteRow = { own: 200 }

export const ROUTE_TABLE: Record<string, RouteRow> = {
  listWorkflows: read,
  createWorkflow: {
    own: 422,
    body: nothing,
    names: { project_id: { body: (id) => ({ name: 'Foreign', project_id: id }) } },
  },
  getWorkflow: read,
  patchWorkflow: { own: 412, headers: stale, body: nothing, names: { agent_id: { body: (id) => ({ agent_id: id }) } } },
  deleteWorkflow: { own: 412, headers: stale },
  validateWorkflow: { own: 200, body: nothing },
  publishWorkflow: { own: 412, headers: stale, body: nothing },
  listVersions: read,
  getVersion: read,
  activateVersion: { own: 200 },
  cloneWorkflow: { own: 201, body: nothing },
  exportWorkflow: read,
  diffVersions: read,
  setConcurrency: { own: 412, headers: stale, body: nothing },
  importWorkflow: {
    own: 422,
    body: nothing,
    names: { project_id: { body: (id) => ({ definition: {}, project_id: id }) } },
  },
  startRun: {
    own: 200,
    body: () => ({ dry_run: true }),
    names: { agent_id: { body: (id) => ({ agent_id: id }) } },
  },
  listRuns: {
    own: 200,
    names: {
      workflow_id: { query: (id) => `workflow_id=${id}`, status: 200 },
      agent_id: { query: (id) => `agent_id=${id}`, status: 200 },
    },
  },
  getRun: read,
  compareRuns: { own: 400, query: 'a=none&b=none' },
  getRunDefinition: read,
  commandRun: { own: 409, body: () => ({ command: 'data', data: 1 }) },
  forkRun: { own: 422, body: () => ({ from_node: 'nowhere' }) },
  getRetryPlan: read,
  listEvents: read,
  listSegments: read,
  listNodeRuns: read,
  getBlob: read,
  listComments: read,
  createComment: { own: 201, body: () => ({ body: 'Seen.' }) },
  patchComment: { own: 200, body: () => ({ body: 'Changed' }) },
  deleteComment: { own: 204 },
  rateRun: { own: 200, body: () => ({ score: 1 }) },
  unrateRun: { own: 204 },
  executeWorkflow: {
    own: 200,
    body: () => ({ dry_run: true }),
    names: {
      agent_id: { body: (id) => ({ agent_id: id }) },
      run_id: { body: (id) => ({ run_id: id, run_input: { command: 'stop' } }) },
      'run_input.team_id': { body: (id) => ({ run_input: { team_id: id } }) },
      workflow_run_id: { body: (id) => ({ command: 'stop', workflow_run_id: id }) },
      workflow_id: { body: (id) => ({ command: 'start', workflow_id: id }), status: 422 },
      team_id: { body: (id) => ({ command: 'start', team_id: id }) },
    },
  },
  getExecution: read,
  getProvenance: read,
  listApprovals: read,
  approve: { own: 409, body: () => ({ shown_hash: 'of something else' }) },
  reject: { own: 409, body: () => ({ shown_hash: 'of something else' }) },
  getMe: read,
  listKeys: read,
  createKey: { own: 422, body: nothing },
  revokeKey: { own: 204 },
  listMembers: read,
  inviteMember: { own: 422, body: nothing },
  patchMember: { own: 200, body: () => ({ role: 'viewer' }) },
  deleteMember: { own: 204, asks: 'team:manage' },
  createResetLink: { own: 201 },
  listInvitations: read,
  getInvitation: read,
  revokeInvitation: { own: 204 },
  createTeam: { own: 403, body: () => ({ name: 'Other' }), person: 201 },
  patchTeam: { own: 200, body: () => ({ name: 'Renamed' }) },
  switchTeam: {
    own: 403,
    body: ({ team_id }) => ({ team_id }),
    names: { team_id: { body: (id) => ({ team_id: id }), status: 403 } },
    person: 404,
  },
  acceptInvitation: { own: 403, body: () => ({ token: 'x' }), person: 404 },
  changePassword: { own: 403, body: () => ({ current_password: 'x', new_password: 'y' }), person: 422 },
  listOwnSessions: { own: 403, person: 200 },
  endOwnSession: { own: 403, person: 404 },
  listGrants: read,
  revokeGrant: { own: 204 },
  listLimits: read,
  patchLimits: { own: 200, body: () => ({ team_runs: 20 }) },
  listAudit: {
    own: 200,
    names: {
      actor_id: { query: (id) => `actor_id=${id}`, status: 200 },
      target_id: { query: (id) => `target_id=${id}`, status: 200 },
    },
  },
  verifyAudit: read,
  exportAudit: read,
  getUsage: read,
  listAgents: read,
  createAgent: { own: 422, body: nothing },
  getAgent: read,
  patchAgent: { own: 200, body: nothing },
  deleteAgent: { own: 204 },
  mcp: { own: 400, body: nothing },
  followMcp: { own: 405 },
  getConsent: { own: 403, query: new URLSearchParams(consent).toString(), person: 400 },
  decideConsent: { own: 403, body: () => ({ ...consent, decision: 'allow' }), person: 400 },
  registerOAuthClient: { own: 422, body: nothing },
  exchangeToken: { own: 415, body: nothing },
  revokeToken: { own: 415, body: nothing },
  getProtectedResource: read,
  getMcpResource: read,
  getAuthorizationServer: read,
  getHealth: read,
  getReadiness: read,
  callBack: { own: 404, body: nothing },
  createDelivery: { own: 400 },
  listDeliveries: read,
  getDelivery: { own: 404 },
  getOpenApi: read,
  getClientFile: read,
}

/** One way to call a tool over MCP. */
interface ToolCase {
  /** What REST would ask for the same, in the order in which it would be asked. */
  asks: readonly Action[]
  args: (ids: Ids) => Record<string, unknown>
}

export const TOOL_TABLE: Record<string, readonly ToolCase[]> = {
  run_workflow: [{ asks: ['workflow:execute'], args: ({ workflow_id }) => ({ workflow_id }) }],
  list_workflows: [{ asks: ['workflow:read'], args: nothing }],
  get_workflow: [{ asks: ['workflow:read'], args: ({ workflow_id }) => ({ workflow_id }) }],
  create_workflow: [{ asks: ['workflow:write'], args: () => ({ name: '' }) }],
  update_workflow: [
    { asks: ['workflow:write'], args: ({ workflow_id }) => ({ workflow_id, name: 'X' }) },
    { asks: ['workflow:write', 'workflow:publish'], args: ({ workflow_id }) => ({ workflow_id, publish: true }) },
  ],
  get_workflow_runs: [
    { asks: ['run:read'], args: ({ workflow_id }) => ({ workflow_id }) },
    { asks: ['run:read'], args: ({ workflow_id, run_id }) => ({ workflow_id, run_id }) },
  ],
  manage_workflows: [
    { asks: ['workflow:read'], args: ({ team_id }) => ({ action: 'list', team_id }) },
    { asks: ['workflow:read'], args: ({ workflow_id }) => ({ action: 'get', workflow_id }) },
    // A draft with an error is not published, so nothing more is asked for it.
    {
      asks: ['workflow:write'],
      args: ({ project_id }) => ({ action: 'create', name: 'X', project_id, definition: { nodes: [] } }),
    },
    {
      asks: ['workflow:write', 'workflow:publish'],
      args: ({ project_id }) => ({ action: 'create', name: 'X', project_id }),
    },
    { asks: ['workflow:write'], args: ({ workflow_id }) => ({ action: 'update', workflow_id, name: 'X' }) },
    { asks: ['workflow:write'], args: ({ workflow_id }) => ({ action: 'delete', workflow_id }) },
    { asks: ['workflow:publish'], args: ({ workflow_id }) => ({ action: 'publish', workflow_id }) },
    { asks: ['workflow:execute'], args: ({ workflow_id }) => ({ action: 'run', workflow_id }) },
    { asks: ['workflow:execute'], args: ({ workflow_id }) => ({ action: 'run', workflow_id, dry_run: true }) },
    ...['approve', 'reject'].map((action) => ({
      asks: ['approval:decide'] as const,
      args: ({ run_id }: Ids) => ({ action, workflow_job_id: run_id, node_id: 'approval' }),
    })),
  ],
  answer_run: [{ asks: ['run:write'], args: ({ run_id }) => ({ run_id, data: 1 }) }],
  get_run_events: [{ asks: ['run:read'], args: ({ run_id }) => ({ run_id }) }],
  stop_run: [{ asks: ['run:write'], args: ({ run_id }) => ({ run_id }) }],
}
