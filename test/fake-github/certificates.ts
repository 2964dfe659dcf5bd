// A throw-away authority, made anew at each start, and the certificates it signs for hosts.
import { KeyObject, webcrypto } from 'node:crypto'
import { completeReflect } from './reflect.ts'

completeReflect()
const x509 = await import('@peculiar/x509')

/** A certificate and its private key, both PEM. */
export interface Leaf {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** The authority's own certificate, PEM. */
  readonly certificate: string
  /** A certificate for one host; `expired` makes one whose time was over yesterday. Each host's is made once. */
  leaf(host: string, expired?: boolean): Promise<Leaf>
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 3600 * 1000

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function serialNumber(): string {
  // The highest bit stays clear: a serial number is a positive integer.
  return `4${Buffer.from(webcrypto.getRandomValues(new Uint8Array(12)))
    .toString('hex')
    .slice(1)}`
}

/** Nobody else trusts this authority, and its key never leaves this process. */
export async function createAuthority(name = 'Fake GitHub'): Promise<Authority> {
  const keys = await makeKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: serialNumber(),
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 7 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })

  async function sign(host: string, expired: boolean): Promise<Leaf> {
    const own = await makeKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${host}`,
      issuer: root.subject,
      serialNumber: serialNumber(),
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() + (expired ? -1 : 2) * day),
      signingAlgorithm: algorithm,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
      ],
    })
    const key = KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
    return { cert: certificate.toString('pem'), key }
  }

  const leaves = new Map<string, Promise<Leaf>>()
  return {
    certificate: `${root.toString('pem')}\n`,
    leaf(host, expired = false) {
      const id = `${host} ${expired}`
      const leaf = leaves.get(id) ?? sign(host, expired)
      leaves.set(id, leaf)
      return leaf
    },
  }
}
