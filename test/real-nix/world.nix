# A repository's file in a world where nothing is built: every fetcher says what it was asked for, and what is not known stands in for itself.
# `facts` is a JSON file: the names that the file and its imports mention, and what nixpkgs knows of systems. `lib` is nixpkgs' lib or a likeness of it.
{
  file,
  system,
  facts,
  lib,
  # Whether functions are given only the arguments that they name.
  exact ? false,
}:
let
  inherit (builtins.fromJSON (builtins.readFile facts)) names platforms;

  # Only what is sure: a name that `with lib;` opens would hide another's.
  library =
    builtins.mapAttrs (name: _: standIn name) { hm = null; licenses = null; sourceTypes = null; types = null; }
    // lib0
    // builtins.mapAttrs (name: _: standIn name) { maintainers = null; teams = null; };
  host = if lib0 ? systems.elaborate then lib0.systems.elaborate system else platforms.${system};
  lib0 = import lib;
  isSystem = name: platforms ? ${name};

  attempt = value: builtins.tryEval value;
  orNull =
    value:
    let
      result = attempt value;
    in
    if result.success then result.value else null;

  # Something nobody knows: it has every attribute that is ever mentioned, and can be called.
  # No code names attributes this deep, but code that walks all of a value would never come to an end: it is stopped where `attempt` can tell.
  standIn = standInAt 24;
  standInAt =
    left: what:
    if left == 0 then throw "${what} has no end" else
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = standInAt (left - 1) "${what}.${name}";
      }) names
    )
    // {
      standsIn = true;
      type = "derivation";
      name = what;
      outPath = "/unknown/${what}";
      drvPath = "/unknown/${what}.drv";
      # What every package has in one form, and what an option of this name is.
      version = "/unknown/${what}.version";
      enable = true;
      meta = { platforms = [ system ]; };
      passthru = { };
      __functor = _: argument: builtins.seq (consider argument) (standInAt (left - 1) "result");
      override = argument: builtins.seq (consider argument) (standIn what);
      overrideAttrs = change: package (_: given change (standIn what));
    };
  isStandIn = value: builtins.isAttrs value && value ? standsIn;

  # What an unknown function is given may hold fetches.
  consider =
    argument:
    if builtins.isFunction argument then
      look 5 (given argument (standIn "argument"))
    else if builtins.isAttrs argument && !(isStandIn argument) then
      look 6 argument
    else if builtins.isList argument then
      look 4 argument
    else
      null;

  given =
    change: value:
    let
      once = if builtins.isFunction change then orNull (call change value) else change;
    in
    if builtins.isFunction once then orNull (once value) else once;

  call = f: fallback: if builtins.functionArgs f == { } then f fallback else f (arguments f);

  # Forces what is below a value, as far as it can be.
  look =
    depth: value:
    let
      result = attempt value;
      all = builtins.foldl' (_: part: builtins.seq (look (depth - 1) part) null) null;
      parts = if builtins.isAttrs result.value then removeAttrs result.value (builtins.filter (name: isSystem name && name != system) (builtins.attrNames result.value)) else { };
    in
    if !result.success || depth == 0 || builtins.isAttrs result.value && result.value ? drvPath then
      # Packages, fetches and what stands in were looked through when they were made.
      null
    else if builtins.isList result.value then
      all result.value
    else if builtins.isAttrs result.value then
      all (builtins.attrValues parts)
    else
      null;

  # Fetchers.
  telling = [ "url" "urls" "hash" "sha256" "sha512" "sha1" "outputHash" "outputHashMode" "owner" "repo" "rev" "tag" "executable" "recursiveHash" "stripRoot" "postFetch" ];
  shown =
    value:
    let
      # A list is told if all of it can be; a stand-in has no end.
      result = attempt (if builtins.isList value then builtins.deepSeq (map builtins.isString value) value else value);
    in
    if !result.success then
      { failed = true; }
    else if builtins.isString value || builtins.isBool value || value == null || builtins.isList value && builtins.all builtins.isString value then
      value
    else
      { other = builtins.typeOf value; };
  fetcher =
    name: asked:
    let
      wanted =
        if builtins.isFunction asked then
          lib0.fix asked
        else if builtins.isAttrs asked then
          asked
        else
          { url = toString asked; };
      told = builtins.mapAttrs (_: shown) (builtins.intersectAttrs (builtins.listToAttrs (map (attribute: { name = attribute; value = null; }) telling)) wanted);
    in
    builtins.trace "fetch:${builtins.toJSON (told // { fetcher = name; })}" (
      standIn "fetched" // { fetched = true; outPath = "/unknown/fetched"; } // builtins.intersectAttrs { url = null; urls = null; rev = null; tag = null; owner = null; repo = null; } wanted
    );
  fetchers = builtins.listToAttrs (
    map
      (name: {
        inherit name;
        value = fetcher name;
      })
      [ "fetchurl" "fetchzip" "fetchTarball" "fetchFromGitHub" "fetchgit" "fetchFromGitLab" "fetchFromGitea" "fetchpatch" "requireFile" "fetchPypi" "fetchCrate" "fetchNpmDeps" "fetchYarnDeps" "fetchPnpmDeps" ]
  );

  # Packages.
  package =
    asked:
    let
      own = if builtins.isFunction asked then lib0.fix (self: asked (standIn "package" // self)) else asked;
      through = own.passthru or { };
      result =
        own
        // (if builtins.isAttrs through then through else { })
        // {
          type = "derivation";
          outPath = "/unknown/package";
          drvPath = "/unknown/package.drv";
          outputs = own.outputs or [ "out" ];
          out = result;
          meta = own.meta or { };
          overrideAttrs = change: package (own // given change result);
          override = _: result;
        };
    in
    builtins.seq (look 5 (removeAttrs own [ "meta" ])) result;

  # A builder is asked for another compiler as often as it is called.
  overridable = build: { __functor = _: build; override = _: overridable build; };

  arguments =
    f:
    let
      wanted = builtins.functionArgs f;
    in
    builtins.intersectAttrs wanted (builtins.listToAttrs (map (name: { inherit name; value = standIn name; }) (builtins.filter (name: !wanted.${name}) (builtins.attrNames wanted))) // known);

  callPackage =
    source: more:
    let
      f = if builtins.isFunction source || isStandIn source then source else load source;
      result = f (arguments f // more);
    in
    if isStandIn f then
      f more
    else if !(builtins.isFunction f) then
      f
    else if builtins.isAttrs result && !(isStandIn result) then
      result // { override = change: callPackage source (more // given change more); }
    else
      result;

  builder = name: text: package { inherit name text; };
  stdenv =
    standIn "stdenv"
    // lib0.filterAttrs (name: _: builtins.substring 0 2 name == "is") host
    // {
      inherit system;
      mkDerivation = package;
      hostPlatform = host;
      buildPlatform = host;
      targetPlatform = host;
    };

  known = fetchers // {
    inherit system stdenv callPackage pkgs inputs;
    lib = library;
    hostPlatform = host;
    buildPlatform = host;
    targetPlatform = host;
    stdenvNoCC = stdenv;
    callPackages = callPackage;
    fetchFirefoxAddon = addOn;
    buildFirefoxXpiAddon = addOn;
    newScope = more: source: extra: callPackage source (more // extra);
    final = pkgs;
    prev = pkgs;
    super = pkgs;
    self = standIn "self" // { outPath = toString (dirOf file); };
    runCommand = name: attributes: _: package (attributes // { inherit name; });
    runCommandLocal = name: attributes: _: package (attributes // { inherit name; });
    mkShell = package;
    mkShellNoCC = package;
    buildEnv = package;
    symlinkJoin = package;
    buildFHSEnv = package;
    buildGoModule = overridable package;
    buildNpmPackage = overridable package;
    writeShellApplication = package;
    writeText = builder;
    writeScript = builder;
    writeScriptBin = builder;
    writeShellScript = builder;
    writeShellScriptBin = builder;
    rustPlatform = standIn "rustPlatform" // { buildRustPackage = overridable package; };
    appimageTools = standIn "appimageTools" // { wrapType2 = package; wrapType1 = package; extract = package; extractType2 = package; wrapAppImage = package; };
  };
  pkgs =
    standIn "pkgs"
    // known
    // {
      __functor = _: _: pkgs;
      extend = _: pkgs;
      pkgs = pkgs;
      buildPackages = pkgs;
    };

  # Flakes.
  nixpkgs = standIn "nixpkgs" // {
    isNixpkgs = true;
    lib = library;
    legacyPackages = builtins.mapAttrs (_: _: pkgs) platforms;
  };
  under = f: builtins.mapAttrs (_: value: { ${system} = value; }) (f system);
  inputs = standIn "inputs" // {
    inherit nixpkgs;
    inherit (known) self;
    flake-utils = standIn "flake-utils" // {
      lib = standIn "flake-utils.lib" // {
        eachDefaultSystem = under;
        eachSystem = _: under;
        eachDefaultSystemPassThrough = f: f system;
        mkApp = app: app;
        system = builtins.mapAttrs (name: _: name) platforms;
        defaultSystems = [ system ];
        allSystems = [ system ];
      };
    };
    flake-parts = standIn "flake-parts" // {
      lib = standIn "flake-parts.lib" // {
        mkFlake = _: part;
      };
    };
  };
  part =
    module:
    let
      body = if builtins.isFunction module then call module moduleArguments else if builtins.isAttrs module then module else part' (load module);
      part' = loaded: if builtins.isFunction loaded then call loaded moduleArguments else loaded;
      perSystem = body.perSystem or { };
    in
    builtins.seq (builtins.foldl' (_: imported: builtins.seq (look 8 (if isStandIn imported then null else part imported)) null) null (orNull (body.imports or [ ]))) (
      removeAttrs body [ "imports" "perSystem" ] // { under = if builtins.isFunction perSystem then call perSystem moduleArguments else perSystem; }
    );
  moduleArguments = known // {
    config = standIn "config";
    self' = standIn "self'";
    inputs' = standIn "inputs'";
  };

  addOn =
    asked:
    let
      src = fetchers.fetchurl (builtins.intersectAttrs { url = null; hash = null; sha256 = null; } asked);
    in
    package (asked // (if asked ? url then { inherit src; } else { }));

  isSourceOfNixpkgs =
    path:
    path ? fetched && (path.repo or null == "nixpkgs" || builtins.isString (path.url or null) && builtins.match ".*/nixpkgs(/.*)?|channel:.*" path.url != null);

  # Files.
  load =
    path:
    if isStandIn path then
      (if path ? isNixpkgs || isSourceOfNixpkgs path then _: pkgs else path.imported or path)
    else if builtins.isAttrs path && !(path ? outPath) then
      path
    else if builtins.substring 0 9 (toString path) == "/unknown/" then
      _: pkgs
    else if builtins.pathExists path then
      builtins.scopedImport scope path
    else
      standIn "import";
  scope = {
    import = load;
    __currentSystem = system;
    __nixPath = [ ];
    __findFile = _: name: if name == "nixpkgs" then nixpkgs else if name == "nixpkgs/lib" then library else if name == "nix/fetchurl.nix" then { standsIn = true; imported = fetcher "builtins.fetchurl"; } else standIn name;
    fetchTarball = fetcher "builtins.fetchTarball";
    builtins = builtins // {
      import = load;
      currentSystem = system;
      fetchurl = fetcher "builtins.fetchurl";
      fetchTarball = fetcher "builtins.fetchTarball";
      fetchGit = fetcher "builtins.fetchGit";
      fetchTree = fetcher "builtins.fetchTree";
      getFlake = _: standIn "flake";
      getEnv = _: "";
    };
  };

  whole = builtins.scopedImport scope file;
  applied = times: value: if times == 0 || !(builtins.isFunction value) then value else applied (times - 1) (if exact || builtins.functionArgs value == { } then call value pkgs else value (pkgs // arguments value));
  flake =
    let
      wanted = builtins.functionArgs whole.outputs;
      named = builtins.mapAttrs (name: _: inputs.${name} or (if builtins.match ".*nixpkgs.*" name == null then standIn name else nixpkgs)) wanted;
    in
    whole.outputs (if exact then named else inputs // named);
  result = if builtins.isAttrs whole && builtins.isFunction (whole.outputs or null) then flake else applied 4 whole;
in
builtins.seq (look 12 result) "done"
