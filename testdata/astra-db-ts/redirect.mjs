// Sends requests for the service to the sandbox at URL. The library asks a fixed
// address for some of its calls; fixed has the methods and paths of these.
// Requests to any other host fail: nothing leaves this machine.
const service = 'https://api.astra.datastax.com';
const sandbox = new URL(process.env.URL).origin;
const send = globalThis.fetch;

globalThis.fixed = [];
globalThis.fetch = (address, init) => {
  const url = String(address);
  if (url.startsWith(service + '/')) {
    globalThis.fixed.push(init.method + ' ' + url.slice(service.length));
    return send(sandbox + url.slice(service.length), init);
  }
  if (!url.startsWith(sandbox + '/')) {
    throw new Error('a request leaves this machine: ' + url);
  }
  return send(url, init);
};
