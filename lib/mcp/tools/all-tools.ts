import type { Tool } from '../tool'
import { manageWorkflowsTool } from './manage-workflows'
import { runWorkflowTool } from './run-workflow'
import { answerRunTool, getRunEventsTool, getWorkflowRunsTool, stopRunTool } from './runs'
import { createWorkflowTool, getWorkflowTool, listWorkflowsTool, updateWorkflowTool } from './workflows'

/** The tools that every installation has, in the order in which they are listed. */
export const TOOLS: readonly Tool[] = [
  runWorkflowTool,
  listWorkflowsTool,
  getWorkflowTool,
  createWorkflowTool,
  updateWorkflowTool,
  getWorkflowRunsTool,
  manageWorkflowsTool,
  answerRunTool,
  getRunEventsTool,
  stopRunTool,
]
