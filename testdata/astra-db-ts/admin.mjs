// The administration of astra-db-ts against the sandbox at URL: node --import
// ./redirect.mjs admin.mjs. It prints the name of each step that succeeded.
import assert from 'node:assert/strict';
import { DataAPIClient, DevOpsAPIResponseError } from '@datastax/astra-db-ts';

const at = { cloudProvider: 'GCP', region: 'us-east1' };
const poll = { pollInterval: 20 };
const admin = new DataAPIClient(process.env.TOKEN).admin({ endpointUrl: process.env.URL + '/v2' });

const refused = (call, status, message) => assert.rejects(call, (e) => {
  assert.ok(e instanceof DevOpsAPIResponseError, String(e));
  assert.equal(e.status, status);
  assert.match(e.message, message);
  return true;
});

let made; // the database of the steps

const steps = {
  async regions() {
    const usable = await admin.findAvailableRegions();
    const all = await admin.findAvailableRegions({ onlyOrgEnabledRegions: false });
    assert.ok(usable.length < all.length && usable.every((r) => r.enabled));
    assert.ok(all.some((r) => r.enabled && !usable.some((u) => u.name === r.name)), 'enabled, but not for the organization');
    assert.equal(typeof usable[0].pcuTypes[0].details.diskCache, 'string');
    await refused(() => admin.createDatabase('no', { ...at, region: 'europe-west3' }, poll), 422, /not enabled for the organization/);
  },

  async create() {
    made = await admin.createDatabase('library', at, poll);
    await refused(() => admin.createDatabase('has space', at, poll), 400, /name must be/);
  },

  async list() {
    const found = (await admin.listDatabases({ include: 'active', limit: 1000 })).find((d) => d.name === 'library');
    assert.equal(found.id, made.id);
    assert.deepEqual(found.regions.map((r) => r.name), ['us-east1']);
    const next = await admin.listDatabases({ startingAfter: made.id });
    assert.deepEqual(next, []);
  },

  async info() {
    const info = await admin.dbInfo(made.id);
    assert.deepEqual([info.status, info.keyspaces, info.cloudProvider], ['ACTIVE', ['default_keyspace'], 'GCP']);
    assert.ok(info.createdAt.getTime() > 0 && info.lastUsed.getTime() > 0 && info.regions[0].createdAt.getTime() > 0);
    assert.deepEqual((await made.info()).raw.info, (await admin.dbInfo(made.id)).raw.info);
    await refused(() => admin.dbInfo('99999999-9999-4999-8999-999999999999'), 404, /not found/);
  },

  async keyspaces() {
    await made.createKeyspace('more', poll);
    assert.deepEqual(await made.listKeyspaces(), ['default_keyspace', 'more']);
    await refused(() => made.createKeyspace('more', poll), 422, /already exists/);
    await made.dropKeyspace('more', poll);
    assert.deepEqual(await made.listKeyspaces(), ['default_keyspace']);
  },

  // createDatabase looks for the group by a key id, which the service and its
  // recorded answers do not have (uuid), and so refuses every group before it
  // sends anything. The request goes out by the client's own function for all.
  async groups() {
    const http = admin._httpClient;
    const tm = () => http.tm.multipart('databaseAdminTimeoutMs', {});
    const request = (method, path, data) => http.request({ method, path, data, methodName: 'admin.request' }, tm());
    const group = { title: 'library', ...at, instanceType: 'standard', provisionType: 'shared', min: 1, max: 2, reserved: 0 };
    const { uuid } = (await request('POST', '/pcus', [group])).data[0];
    const listed = (await admin.listPCUGroups(at)).find((g) => g.title === 'library');
    assert.deepEqual([listed.uuid, listed.id, listed.pcuType.cloudProvider], [uuid, undefined, 'gcp']);
    await assert.rejects(() => admin.createDatabase('grouped', { ...at, pcuGroupUUID: uuid }, poll), /not found for cloud provider/);

    const data = { name: 'grouped', capacityUnits: 1, tier: 'serverless', dbType: 'vector', keyspace: 'app', ...at, pcuGroupUUID: uuid };
    const answer = await http.requestLongRunning({ method: 'POST', path: '/databases', data, methodName: 'admin.createDatabase' }, {
      id: (r) => r.headers.location, target: 'ACTIVE', legalStates: ['INITIALIZING', 'PENDING', 'ASSOCIATING'],
      defaultPollInterval: 10000, timeoutManager: tm(), options: poll,
    });
    const id = answer.headers.location;
    assert.deepEqual([(await admin.dbInfo(id)).status, (await admin.dbInfo(id)).keyspaces], ['ACTIVE', ['app']]);
    const members = (await request('GET', '/pcus/association/' + uuid)).data;
    assert.deepEqual(members.map((m) => m.datacenterUUID), [id + '-1']);
  },

  async drop() {
    await admin.dropDatabase(made, poll);
    assert.equal((await admin.dbInfo(made.id)).status, 'TERMINATED');
    assert.ok(!(await admin.listDatabases()).some((d) => d.id === made.id));
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log(name);
}

// What docs/sandbox.md says about the client: these calls ignore endpointUrl.
const kinds = new Set(globalThis.fixed.map((request) => request.replaceAll(made.id, 'ID').replace(/\?.*/, '')));
assert.deepEqual([...kinds].sort(), [
  'DELETE /v2/databases/ID/keyspaces/more', 'GET /v2/databases/ID', 'POST /v2/databases/ID/keyspaces/more',
]);
