# The sources and package-lock.json → the package, with manual page and completions. For callPackage.
{
  lib,
  stdenv,
  buildNpmPackage,
  importNpmLock,
  installShellFiles,
  git,
}:
let
  root = ../.;
  manifest = lib.importJSON (root + "/package.json");
  lock = lib.importJSON (root + "/package-lock.json");

  # The lock file leaves out the address of what comes from the registry, which says where a package is by its name and version.
  withAddress =
    path: module:
    let
      name = module.name or (lib.last (lib.splitString "node_modules/" path));
    in
    if path == "" || module ? resolved then
      module
    else
      module // { resolved = "https://registry.npmjs.org/${name}/-/${baseNameOf name}-${module.version}.tgz"; };
in
buildNpmPackage {
  pname = manifest.name;
  inherit (manifest) version;

  src = lib.fileset.toSource {
    inherit root;
    fileset = lib.fileset.unions [
      (root + "/.npmrc")
      (root + "/CHANGELOG.md")
      (root + "/LICENSE")
      (root + "/README.md")
      (root + "/package.json")
      (root + "/package-lock.json")
      (root + "/rolldown.config.ts")
      (root + "/schema")
      (root + "/scripts")
      (root + "/src")
      (root + "/test")
      (root + "/tsconfig.json")
      (root + "/tsconfig.scripts.json")
    ];
  };

  # Every dependency by the hash that the lock file has for it.
  npmDeps = importNpmLock {
    npmRoot = root;
    packageLock = lock // {
      packages = lib.mapAttrs withAddress lock.packages;
    };
  };
  npmConfigHook = importNpmLock.npmConfigHook;
  npmRebuildFlags = [ "--ignore-scripts" ];
  npmPackFlags = [ "--ignore-scripts" ];

  nativeBuildInputs = [ installShellFiles ];
  postBuild = "npm run man";
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for shell in bash zsh fish; do
      $out/bin/pinhash completion $shell > pinhash.$shell
    done
    installShellCompletion pinhash.{bash,zsh,fish}
  '';
  # Which files a repository has, and what they held before, git says.
  makeWrapperArgs = [
    "--suffix"
    "PATH"
    ":"
    (lib.makeBinPath [ git ])
  ];

  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
    mainProgram = "pinhash";
  };
}
