{
  description = "Keeps pinned release binaries in Nix files up to date and proven";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      # nixpkgs gives up systems as time goes by.
      systems = builtins.filter (system: nixpkgs.legacyPackages ? ${system}) [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      eachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      packageOf = pkgs: pkgs.callPackage ./nix/package.nix { };
      # `check { src = self; }`, see nix/check-pins.nix.
      checkOf = pkgs: pkgs.callPackage ./nix/check-pins.nix { pinhash = packageOf pkgs; };
      app = program: description: {
        type = "app";
        program = "${program}";
        meta = { inherit description; };
      };
    in
    {
      packages = eachSystem (pkgs: {
        default = packageOf pkgs;
        pinhash = packageOf pkgs;
      });

      overlays.default = final: _: { pinhash = packageOf final; };

      apps = eachSystem (
        pkgs:
        let
          pinhash = "${packageOf pkgs}/bin/pinhash";
        in
        {
          default = app pinhash "pinhash itself";
          # What a check cannot do: it needs the network.
          verify = app (pkgs.writeShellScript "pinhash-verify" ''exec ${pinhash} verify "$@"'') "fetch again what the pins name, and compare";
        }
      );

      checks = eachSystem (pkgs: {
        package = packageOf pkgs;
        # What else is here are fixtures, of which some are broken on purpose.
        pins = checkOf pkgs {
          src = self;
          files = [
            "flake.nix"
            "nix"
          ];
        };
      });

      # `lib.checkPins pkgs { src = self; }` is a check for your own flake.
      lib.checkPins = checkOf;

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.nodejs
            pkgs.git
            pkgs.xz
            pkgs.nix
          ];
        };
      });
    };
}
