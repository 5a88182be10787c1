-- What is true of the stored data at every moment, whatever crashed. Each query finds the rows that break one invariant.

-- name: events of a run are numbered 1, 2, 3 … without a gap
select run_id, count(*)::int as events, min(seq) as first, max(seq) as last
from run_events group by run_id having min(seq) <> 1 or max(seq) <> count(*);

-- name: a run knows its last event
select r.id, r.last_seq, coalesce(max(e.seq), 0) as stored
from runs r left join run_events e on e.run_id = r.id
group by r.id having r.last_seq <> coalesce(max(e.seq), 0);

-- name: a run that was accepted has its first event
select r.id, e.type from runs r left join run_events e on e.run_id = r.id and e.seq = 1
where e.type is distinct from 'run_started';

-- name: a run that ended has exactly one end in its log, a run that did not has none
select r.id, r.status, count(e.seq)::int as ends
from runs r left join run_events e on e.run_id = r.id
  and e.type in ('run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted')
group by r.id
having count(e.seq) <> case when r.status in ('completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out') then 1 else 0 end;

-- name: nothing follows the end of a run
select ending.run_id, later.seq, later.type
from run_events ending join run_events later on later.run_id = ending.run_id and later.seq > ending.seq
where ending.type in ('run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted');

-- name: a run that ended says when, holds no lease and waits for nothing
select r.id, r.status, r.ended_at, r.lease_owner, w.id as open_wait
from runs r left join waits w on w.run_id = r.id and w.state = 'open'
where r.status in ('completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out')
  and (r.ended_at is null or r.lease_owner is not null or w.id is not null);

-- name: a node at one address succeeds once
select run_id, data ->> 'node_id' as node_id, data ->> 'path' as path, count(*)::int as successes
from run_events where type = 'node_succeeded'
group by 1, 2, 3 having count(*) > 1;

-- name: an attempt that ended was started before
select ended.run_id, ended.seq, ended.type
from run_events ended
where ended.type = 'node_failed' and (ended.data ->> 'retry')::boolean
  and not exists (
    select from run_events started
    where started.run_id = ended.run_id and started.seq < ended.seq and started.type = 'node_started'
      and started.data ->> 'node_id' = ended.data ->> 'node_id' and started.data ->> 'path' = ended.data ->> 'path'
  );

-- name: a decision stands once per wait
select run_id, data ->> 'wait_id' as wait_id, count(*)::int as decisions
from run_events where type in ('approval_decided', 'approval_escalated', 'input_received', 'timer_fired')
group by 1, 2 having count(*) > 1;

-- name: a resolved human task has an outcome and who resolved it
select id, run_id, kind, outcome, resolved_by from waits
where state = 'resolved' and (outcome is null or kind in ('approval', 'input') and coalesce(resolved_by, '') = '');

-- name: an approval was not decided by a person after it was due
select id, run_id, due_at, resolved_at from waits
where kind = 'approval' and state = 'resolved' and resolved_by_user_id is not null and due_at is not null and resolved_at > due_at;

-- name: a wait for time has its time
select id, run_id, kind from waits where state = 'open' and kind in ('timer', 'retry') and due_at is null;

-- name: a run that waits for a person has the task open, or its answer on the way
select r.id, r.status from runs r
where r.status in ('waiting_for_approval', 'waiting_for_user_input')
  and not exists (select from waits w where w.run_id = r.id and w.state = 'open')
  and r.command_seq = r.command_applied;

-- name: no run is held for long by a worker that is gone
select r.id, r.status, r.lease_owner, w.lease_until from runs r left join workers w on w.id = r.lease_owner
where r.lease_owner is not null and coalesce(w.lease_until, r.updated_at) < now() - interval '60 seconds';

-- name: commands of a run are numbered 1, 2, 3 … and none is applied before it is written
select r.id, r.command_seq, r.command_applied, count(c.seq)::int as stored
from runs r left join run_commands c on c.run_id = r.id
group by r.id having r.command_seq <> count(c.seq) or r.command_applied > r.command_seq;

-- name: the team of a row is the team of its parent
select 'run' as kind, r.id::text from runs r join workflows w on w.id = r.workflow_id where w.team_id <> r.team_id
union all select 'run definition', r.id::text from runs r join definitions d on d.id = r.definition_id where d.team_id <> r.team_id
union all select 'workflow', w.id::text from workflows w join projects p on p.id = w.project_id where p.team_id <> w.team_id
union all select 'version', v.id::text from workflow_versions v join workflows w on w.id = v.workflow_id where w.team_id <> v.team_id
union all select 'version definition', v.id::text from workflow_versions v join definitions d on d.id = v.definition_id where d.team_id <> v.team_id
union all select 'event', e.run_id::text from run_events e join runs r on r.id = e.run_id where r.team_id <> e.team_id
union all select 'node run', n.run_id::text from node_runs n join runs r on r.id = n.run_id where r.team_id <> n.team_id
union all select 'wait', t.id::text from waits t join runs r on r.id = t.run_id where r.team_id <> t.team_id
union all select 'wait workflow', t.id::text from waits t join runs r on r.id = t.run_id where r.workflow_id <> t.workflow_id
union all select 'command', c.run_id::text from run_commands c join runs r on r.id = c.run_id where r.team_id <> c.team_id
union all select 'blob', b.id::text from blobs b join runs r on r.id = b.run_id where r.team_id <> b.team_id
union all select 'comment', c.id::text from run_comments c join runs r on r.id = c.run_id where r.team_id <> c.team_id
union all select 'rating', g.run_id::text from run_ratings g join runs r on r.id = g.run_id where r.team_id <> g.team_id
union all select 'evaluation', e.run_id::text from run_evaluations e join runs r on r.id in (e.run_id, e.evaluation_run_id) where r.team_id <> e.team_id;

-- name: what a run and its rows name is there
select 'workflow' as missing, r.id::text from runs r where not exists (select from workflows w where w.id = r.workflow_id)
union all select 'definition', r.id::text from runs r where not exists (select from definitions d where d.id = r.definition_id)
union all select 'version', r.id::text from runs r
  where r.version_id is not null and not exists (select from workflow_versions v where v.id = r.version_id and v.workflow_id = r.workflow_id)
union all select 'run of event', e.run_id::text from run_events e where not exists (select from runs r where r.id = e.run_id)
union all select 'run of node run', n.run_id::text from node_runs n where not exists (select from runs r where r.id = n.run_id)
union all select 'run of wait', t.id::text from waits t where not exists (select from runs r where r.id = t.run_id)
union all select 'run of command', c.run_id::text from run_commands c where not exists (select from runs r where r.id = c.run_id)
union all select 'run of blob', b.id::text from blobs b where not exists (select from runs r where r.id = b.run_id)
union all select 'run of comment', c.id::text from run_comments c where not exists (select from runs r where r.id = c.run_id)
union all select 'run of rating', g.run_id::text from run_ratings g where not exists (select from runs r where r.id = g.run_id)
union all select 'run of evaluation', e.run_id::text from run_evaluations e where not exists (select from runs r where r.id = e.run_id)
union all select 'evaluation of run', r.id::text from runs r
  where r.trigger = 'evaluation' and not exists (select from run_evaluations e where e.evaluation_run_id = r.id);

-- name: only a run that has ended, is nobody's child and no evaluation itself is evaluated
select e.run_id, r.status, r.trigger from run_evaluations e join runs r on r.id = e.run_id
where r.ended_at is null or r.trigger = 'evaluation' or r.parent_wait_id is not null;

-- name: the active version of a workflow is one of its own
select w.id, w.active_version_id from workflows w join workflow_versions v on v.id = w.active_version_id where v.workflow_id <> w.id;

-- name: versions of a workflow are numbered 0, 1, 2 … without a gap
select workflow_id, count(*)::int as versions, max(number) as last
from workflow_versions group by workflow_id having min(number) <> 0 or max(number) <> count(*) - 1;

-- name: a run of a version has that version's definition
select r.id, r.version_id from runs r join workflow_versions v on v.id = r.version_id where v.definition_id <> r.definition_id;

-- name: a key kept as its hash has 32 bytes of it and nothing of the secret but a short prefix
select id, length(prefix) as prefix, octet_length(key_hash) as hash from api_keys where octet_length(key_hash) <> 32 or length(prefix) > 16;

-- name: a definition is what its hash says: nobody edited what was published
select id, hash from definitions where encode(sha256(convert_to(body::text, 'UTF8')), 'hex') <> hash;

-- name: a run ended as its log says
select r.id, r.status, e.type from runs r join run_events e on e.run_id = r.id
where (e.type, r.status::text) not in (
    ('run_completed', 'completed'), ('run_failed', 'failed'), ('run_cancelled', 'cancelled'),
    ('run_timed_out', 'timed_out'), ('run_aborted', 'aborted_looping_risk')
  )
  and e.type in ('run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted');

-- name: a run that nobody holds has something that will wake it
select r.id, r.status from runs r
where r.status in ('not_started', 'started', 'running', 'waiting_for_approval', 'waiting_for_user_input')
  and r.lease_owner is null and r.queued_at is null and r.command_seq = r.command_applied
  and not exists (select from waits w where w.run_id = r.id and w.state = 'open');

-- name: a run in the queue has not ended, and nobody alive holds it
select r.id, r.status, r.lease_owner from runs r left join workers w on w.id = r.lease_owner
where r.queued_at is not null
  and (r.status in ('completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out')
       or w.lease_until > clock_timestamp());

-- name: no live worker holds more runs of a team than it was granted
select r.lease_owner, r.team_id, count(*)::int as held, min(s.granted) as granted
from runs r join workers w on w.id = r.lease_owner and w.lease_until > clock_timestamp()
  left join (select worker_id, scope_id, sum(granted) as granted from worker_slots where kind = 'team' group by 1, 2) s
    on s.worker_id = r.lease_owner and s.scope_id = r.team_id
where not exists (select from run_commands c where c.run_id = r.id and c.kind in ('stop', 'timeout'))
group by r.lease_owner, r.team_id having count(*) > coalesce(min(s.granted), 0);

-- name: a run carries the limit of its definition
select r.id, r.workflow_cap from runs r join definitions d on d.id = r.definition_id
where r.workflow_cap is distinct from (d.body -> 'settings' ->> 'maxConcurrentRuns')::int;
